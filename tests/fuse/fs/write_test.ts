import { assertEquals } from "@std/assert";
import {
  O_ACCMODE,
  O_APPEND,
  O_WRONLY,
} from "../../../posix/constants_fcntl.ts";
import { python, run } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { directory, file, fsOf, later, WAYS } from "../../_support/nodes.ts";
import { Store, StoreFile } from "../../_support/store.ts";

for (const [when, answering] of WAYS) {
  mountTest(
    `Handle.write() gets what is written, where it is written, answering ${when}`,
    async (scene) => {
      const store = new Store();
      await using _session = await scene.mount(answering(store));
      await python(
        scene.mnt,
        `
fd = os.open(mnt + "/f", os.O_CREAT | os.O_RDWR)
os.write(fd, b"hello, world")
os.pwrite(fd, b"there", 7)
os.pwrite(fd, b"end", 5 << 10)
os.close(fd)
fd = os.open(mnt + "/f", os.O_WRONLY | os.O_APPEND)
os.write(fd, b"!")
say(None)
`,
      );
      const { text } = store.top.entries.get("f") as StoreFile;
      assertEquals(text.length, (5 << 10) + 4);
      assertEquals(text.slice(0, 13), "hello, there\0");
      assertEquals(text.slice(-5), "\0end!");
    },
  );

  mountTest(
    `A large write arrives in pieces of up to maxWrite, answering ${when}`,
    async (scene) => {
      const sizes: number[] = [];
      class Sized extends StoreFile {
        override write(request: Parameters<StoreFile["write"]>[0]): void {
          sizes.push(request.data.length);
          super.write(request);
        }
      }
      const big = new Sized(0o100644);
      const fs = fsOf(directory({ big }));
      await using session = await scene.mount(answering(fs), {
        maxWrite: 256 * 1024,
      });
      const seen = await python(
        scene.mnt,
        `
import hashlib
data = b"".join(b"%08x" % i for i in range(300000))
with open(mnt + "/big", "wb", 0) as f: say([f.write(data), hashlib.sha1(data).hexdigest()])
`,
      );
      const digest = await crypto.subtle.digest("SHA-1", big.content);
      assertEquals(seen, [2_400_000, new Uint8Array(digest).toHex()]);
      assertEquals(Math.max(...sizes), 256 * 1024);
      assertEquals(session.server.stats.bytesWritten, 2_400_000);
    },
  );

  mountTest(
    `WriteResponse.size makes a write short; more than there was is EIO, answering ${when}`,
    async (scene) => {
      const sizes = [3, 0, 11, -1];
      const odd = file("", {
        write: (_request, response) => void (response.size = sizes.shift()!),
      });
      const fs = fsOf(directory({ odd }));
      await using _session = await scene.mount(answering(fs), {
        directIO: true,
      });
      const seen = await python(
        scene.mnt,
        `
fd = os.open(mnt + "/odd", os.O_WRONLY)
say([attempt(os.write, fd, b"0123456789") for i in range(4)])
`,
      );
      assertEquals(seen, [3, 0, "EIO", "EIO"]);
      assertEquals(scene.takeErrors(), [
        "Cannot answer that 11 of 10 bytes went",
        "Cannot answer that -1 of 10 bytes went",
      ]);
    },
  );

  mountTest(
    `An error of write() that answers ${when} reaches the writer`,
    async (scene) => {
      const full = file("", {
        write: () => {
          throw Object.assign(new Error("full"), { code: "ENOSPC" });
        },
      });
      await using _session = await scene.mount(
        answering(fsOf(directory({ full }))),
      );
      const script = `
fd = os.open(mnt + "/full", os.O_WRONLY | os.O_TRUNC)
say([attempt(os.write, fd, b"x"), attempt(os.write, fd, b"x" * 100000)])
`;
      assertEquals(await python(scene.mnt, script), ["ENOSPC", "ENOSPC"]);
    },
  );

  mountTest(
    `A file mapped into memory is read and written, answering ${when}`,
    async (scene) => {
      const store = new Store();
      await using _session = await scene.mount(answering(store));
      const seen = await python(
        scene.mnt,
        `
import mmap
with open(mnt + "/f", "wb") as f: f.write(b"0123456789" * 1000)
with open(mnt + "/f", "r+b") as f, mmap.mmap(f.fileno(), 0) as map:
    before = map[4090:4100].decode()
    map[4090:4096] = b"change"
    map.flush()
say([before, read(mnt + "/f")[4090:4100], stat(mnt + "/f")["size"]])
`,
      );
      assertEquals(seen, ["0123456789", "change6789", 10_000]);
      const { text } = store.top.entries.get("f") as StoreFile;
      assertEquals(text.slice(4090, 4100), "change6789");
    },
  );
}

mountTest(
  "WriteRequest.fileFlags are those of open(2), and a file not open for writing is EBADF",
  async (scene) => {
    const flags: number[] = [];
    const f = file("", {
      write: ({ fileFlags }) => void flags.push(fileFlags),
    });
    await using _session = await scene.mount(fsOf(directory({ f })));
    const seen = await python(
      scene.mnt,
      `
def write(flags):
    fd = os.open(mnt + "/f", flags)
    try: return os.write(fd, b"x")
    finally: os.close(fd)
say([attempt(write, flags) for flags in (os.O_WRONLY, os.O_WRONLY | os.O_APPEND, os.O_RDONLY)])
`,
    );
    assertEquals(seen, [1, 1, "EBADF"]);
    const known = flags.map((it) => it & (O_ACCMODE | O_APPEND));
    assertEquals(known, [O_WRONLY, O_WRONLY | O_APPEND]);
  },
);

mountTest(
  "With directIO each write arrives as it is, and is read back",
  async (scene) => {
    const sizes: number[] = [];
    class Direct extends StoreFile {
      override write(request: Parameters<StoreFile["write"]>[0]): void {
        sizes.push(request.data.length);
        super.write(request);
      }
    }
    const f = new Direct(0o100644);
    const fs = fsOf(directory({ f }));
    await using _session = await scene.mount(fs, { directIO: true });
    const script = `
fd = os.open(mnt + "/f", os.O_RDWR)
for data in (b"a", b"bc" * 3, b"d" * 5000): os.write(fd, data)
say([os.pread(fd, 8, 0).decode(), len(os.pread(fd, 9999, 0))])
`;
    assertEquals(await python(scene.mnt, script), ["abcbcbcd", 5007]);
    assertEquals(sizes, [1, 6, 5000]);
  },
);

mountTest(
  "Writes that wait for each other keep their own data until they are answered",
  async (scene) => {
    const COUNT = 24;
    const all = Promise.withResolvers<void>();
    let arrived = 0;
    const files = Array.from({ length: COUNT }, (_, i) => {
      const stored = new StoreFile(0o100644);
      const write = stored.write.bind(stored);
      stored.write = async (request): Promise<void> => {
        if (++arrived === COUNT) all.resolve();
        await all.promise;
        write(request);
      };
      return [`f${i}`, stored] as const;
    });
    const fs = fsOf(directory(Object.fromEntries(files)));
    await using session = await scene.mount(fs, { directIO: true });
    await python(
      scene.mnt,
      `
def write(i):
    fd = os.open(mnt + "/f%d" % i, os.O_WRONLY)
    os.write(fd, b"%02d" % i * 150000)
threads = [threading.Thread(target=write, args=(i,)) for i in range(${COUNT})]
for thread in threads: thread.start()
for thread in threads: thread.join()
say(None)
`,
    );
    for (const [i, [, { text }]] of files.entries()) {
      assertEquals(
        text === `${i}`.padStart(2, "0").repeat(150_000),
        true,
        `${i}`,
      );
    }
    assertEquals(session.server.inFlightCount, 0);
  },
);

mountTest(
  "The data of setxattr(2) and ioctl(2), too, is kept while other requests come",
  async (scene) => {
    let wake: (() => void) | undefined;
    /** Waits until some other requests have been read. */
    const others = async (): Promise<void> => {
      for (let i = 0; i < 5; i++) {
        await new Promise<void>((resolve) => wake = resolve);
      }
    };
    const seen: string[] = [];
    const note = (data: Uint8Array) => {
      seen.push(new TextDecoder().decode(data));
    };
    const f = file("", {
      setxattr: async ({ xattr }) => {
        await others();
        note(xattr);
      },
      ioctl: async ({ data }) => {
        // Python asks whether it is a terminal.
        if (data.length === 0) return;
        await others();
        note(data);
      },
    });
    const root = directory({ f }, {
      lookup: (name) => {
        if (name !== "f") wake?.();
        return name === "f" ? f : undefined;
      },
    });
    await using _session = await scene.mount(fsOf(root));
    await python(
      scene.mnt,
      `
import fcntl
def put():
    os.setxattr(mnt + "/f", "user.a", b"x" * 200)
    with open(mnt + "/f") as f: fcntl.ioctl(f, 1 << 30 | 200 << 16 | 0x6800, b"y" * 200)
thread = threading.Thread(target=put)
thread.start()
while thread.is_alive(): attempt(os.stat, mnt + "/" + "z" * 255)
say(None)
`,
    );
    assertEquals(seen, ["x".repeat(200), "y".repeat(200)]);
  },
);

mountTest(
  "A shell writes, truncates and flushes a file",
  async (scene) => {
    const calls: string[] = [];
    const f = file("", {
      open(request) {
        calls.push(`open ${request.flags & O_ACCMODE}`);
        return this as Required<typeof f>;
      },
      setattr: ({ size }) => void calls.push(`truncate ${size}`),
      write: ({ data, offset }) =>
        void calls.push(`write ${new TextDecoder().decode(data)} ${offset}`),
      flush: () => void calls.push("flush"),
      release: () => void calls.push("release"),
    });
    await using _session = await scene.mount(later(fsOf(directory({ f }))));
    const { code } = await run("sh", "-c", `printf hi > ${scene.mnt}/f`);
    assertEquals(code, 0);
    // dup2(2) and exit each close a descriptor: the file is flushed for both.
    const unique = calls.filter((call, i) => call !== calls[i - 1]);
    assertEquals(unique.slice(0, 2), ["open 1", "truncate 0"]);
    assertEquals(unique.includes("write hi 0"), true);
    assertEquals(unique.includes("flush"), true);
  },
  { programs: [] },
);
