import { assertEquals } from "@std/assert";
import {
  O_ACCMODE,
  O_APPEND,
  O_WRONLY,
} from "../../../../posix/constants_fcntl.ts";
import { inClient, run } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import { directory, file, fsOf, later, WAYS } from "../../../_support/nodes.ts";
import { Store, StoreFile } from "../../../_support/store.ts";

for (const [when, answering] of WAYS) {
  mountTest(
    `Handle.write() gets what is written, where it is written, answering ${when}`,
    async (scene) => {
      const store = new Store();
      await using _session = await scene.mount(answering(store));
      await inClient(scene.mnt, (sys, mnt) => {
        const fd = sys.open(mnt + "/f", sys.O_CREAT | sys.O_RDWR);
        sys.write(fd, "hello, world");
        sys.pwrite(fd, "there", 7);
        sys.pwrite(fd, "end", 5 << 10);
        sys.close(fd);
        sys.write(sys.open(mnt + "/f", sys.O_WRONLY | sys.O_APPEND), "!");
      });
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
      const seen = await inClient(
        scene.mnt,
        ({ open, write, O_WRONLY }, mnt) => {
          const data = Array.from(
            { length: 300_000 },
            (_, i) => i.toString(16).padStart(8, "0"),
          ).join("");
          return [write(open(mnt + "/big", O_WRONLY), data), data];
        },
      );
      assertEquals(seen, [2_400_000, new TextDecoder().decode(big.content)]);
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
      const seen = await inClient(
        scene.mnt,
        ({ attempt, open, write, O_WRONLY }, mnt) => {
          const fd = open(mnt + "/odd", O_WRONLY);
          return [1, 2, 3, 4].map(() => attempt(write, fd, "0123456789"));
        },
      );
      assertEquals(seen, [3, 0, "EIO", "EIO"]);
      assertEquals(scene.takeErrors(), [
        "Cannot answer that 11 of 10 bytes were written",
        "Cannot answer that -1 of 10 bytes were written",
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
      assertEquals(
        await inClient(
          scene.mnt,
          ({ attempt, open, write, O_TRUNC, O_WRONLY }, mnt) => {
            const fd = open(mnt + "/full", O_WRONLY | O_TRUNC);
            return [
              attempt(write, fd, "x"),
              attempt(write, fd, "x".repeat(100_000)),
            ];
          },
        ),
        ["ENOSPC", "ENOSPC"],
      );
    },
  );

  mountTest(
    `A file mapped into memory is read and written, answering ${when}`,
    async (scene) => {
      const store = new Store();
      await using _session = await scene.mount(answering(store));
      const seen = await inClient(scene.mnt, (sys, mnt) => {
        sys.put(mnt + "/f", "0123456789".repeat(1000));
        const map = sys.map(sys.open(mnt + "/f", sys.O_RDWR), 10_000);
        const before = sys.latin1(map.bytes.subarray(4090, 4100));
        map.bytes.set(new TextEncoder().encode("change"), 4090);
        map.sync();
        map.unmap();
        const { size } = sys.stat(mnt + "/f");
        return [before, sys.content(mnt + "/f").slice(4090, 4100), size];
      });
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
    const seen = await inClient(
      scene.mnt,
      ({ attempt, open, write, O_APPEND, O_RDONLY, O_WRONLY }, mnt) =>
        [O_WRONLY, O_WRONLY | O_APPEND, O_RDONLY].map((flags) => {
          const fd = open(mnt + "/f", flags);
          return attempt(write, fd, "x");
        }),
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
    assertEquals(
      await inClient(scene.mnt, (sys, mnt) => {
        const fd = sys.open(mnt + "/f", sys.O_RDWR);
        for (const data of ["a", "bcbcbc", "d".repeat(5000)]) {
          sys.write(fd, data);
        }
        return [sys.latin1(sys.pread(fd, 8, 0)), sys.pread(fd, 9999, 0).length];
      }),
      ["abcbcbcd", 5007],
    );
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
    await inClient(
      scene.mnt,
      async ({ open, writeLater, O_WRONLY }, mnt, count) => {
        await Promise.all(Array.from({ length: count }, (_, i) => {
          const fd = open(`${mnt}/f${i}`, O_WRONLY);
          return writeLater(fd, `${i}`.padStart(2, "0").repeat(150_000));
        }));
      },
      COUNT,
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
    await inClient(scene.mnt, async (sys, mnt) => {
      let done = false;
      const put = async () => {
        await sys.setxattrLater(mnt + "/f", "user.a", "x".repeat(200));
        const data = new TextEncoder().encode("y".repeat(200));
        const request = 1 << 30 | 200 << 16 | 0x6800;
        await sys.ioctlLater(sys.open(mnt + "/f", 0), request, data);
        done = true;
      };
      const putting = put();
      while (!done) {
        await sys.attemptLater(sys.statLater(`${mnt}/${"z".repeat(255)}`));
      }
      await putting;
    });
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
);
