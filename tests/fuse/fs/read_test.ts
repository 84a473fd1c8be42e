import { assertEquals } from "@std/assert";
import { FOPEN_DIRECT_IO } from "../../../fuse/mod.ts";
import type { Node } from "../../../fuse/fs/mod.ts";
import { python, run } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { directory, file, fsOf, WAYS } from "../../_support/nodes.ts";

/** Bytes that tell where they are. */
function pattern(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => (i >> 8) ^ i);
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(digest).toHex();
}

const SHA256 = `
import hashlib
def sha256(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()
`;

for (const [when, answering] of WAYS) {
  mountTest(
    `Handle.readAll() that answers ${when} is asked once and served by offset`,
    async (scene) => {
      const content = pattern(3_000_001);
      let asked = 0;
      const big = file(content, { readAll: () => (asked++, content) });
      await using session = await scene.mount(
        answering(fsOf(directory({ big }))),
      );
      const [sum, middle, end, beyond] = await python(
        scene.mnt,
        `${SHA256}
fd = os.open(mnt + "/big", os.O_RDONLY)
say([sha256(mnt + "/big"), list(os.pread(fd, 4, 2_000_000)),
     list(os.pread(fd, 4, 3_000_000)), list(os.pread(fd, 4, 9_000_000))])
`,
      );
      assertEquals(sum, await sha256(content));
      assertEquals(middle, [...content.subarray(2_000_000, 2_000_004)]);
      assertEquals(end, [content[3_000_000]]);
      assertEquals(beyond, []);
      // Opened twice, and all that was read lay in the cache the second time.
      assertEquals(asked >= 1 && asked <= 2, true, `${asked}`);
      await session.unmount();
      assertEquals(session.server.handleCount, 0);
    },
  );

  mountTest(
    `Handle.read() that answers ${when} fills response.buffer or sets response.data`,
    async (scene) => {
      const content = pattern(2_500_000);
      const root = directory({
        buffer: file(content, {
          readAll: undefined!,
          read: ({ offset, size }, response) => {
            assertEquals(response.buffer.length, size);
            const part = content.subarray(offset, offset + size);
            response.buffer.set(part);
            response.length = part.length;
          },
        }),
        data: file(content, {
          readAll: undefined!,
          read: ({ offset, size }, response) => {
            response.data = content.subarray(offset, offset + size);
          },
        }),
      });
      await using _session = await scene.mount(answering(fsOf(root)));
      const seen = await python(
        scene.mnt,
        `${SHA256}
say([sha256(mnt + "/buffer"), sha256(mnt + "/data")])
`,
      );
      const expected = await sha256(content);
      assertEquals(seen, [expected, expected]);
    },
  );

  mountTest(
    `Handle.read() that answers ${when}: data beyond the size asked for is cut, an error reaches the reader`,
    async (scene) => {
      const root = directory({
        long: file("0123456789", {
          readAll: undefined!,
          read: ({ size }, response) => {
            response.data = new Uint8Array(size + 100).fill(0x2e);
          },
        }),
        busy: file("0123456789", {
          readAll: undefined!,
          read: () => {
            throw new Deno.errors.Busy();
          },
        }),
        broken: file("0123456789", {
          readAll: () => {
            throw new Error("cannot read");
          },
        }),
        nothing: file("0123456789", {
          readAll: undefined!,
          read: ({ size }, response) => {
            response.length = size + 1;
          },
        }),
      });
      await using _session = await scene.mount(answering(fsOf(root)), {
        directIO: true,
      });
      const seen = await python(
        scene.mnt,
        `
def head(name):
    fd = os.open(mnt + "/" + name, os.O_RDONLY)
    try:
        return len(os.read(fd, 10))
    finally:
        os.close(fd)
say([attempt(head, name) for name in ("long", "busy", "broken", "nothing")])
`,
      );
      assertEquals(seen, [10, "EBUSY", "EIO", "EIO"]);
      assertEquals(scene.takeErrors(), [
        "cannot read",
        "Cannot answer 11 of 10 bytes",
      ]);
    },
  );

  mountTest(
    `Handle.flush() that answers ${when}: its error reaches close(2), and release() follows`,
    async (scene) => {
      const calls: string[] = [];
      const released = Promise.withResolvers<void>();
      const full = file("", {
        flush: () => {
          calls.push("flush");
          throw Object.assign(new Error(), { code: "ENOSPC" });
        },
        release: () => {
          calls.push("release");
          released.resolve();
        },
      });
      await using _session = await scene.mount(
        answering(fsOf(directory({ full }))),
      );
      const script =
        `say(attempt(os.close, os.open(mnt + "/full", os.O_RDONLY)))`;
      assertEquals(await python(scene.mnt, script), "ENOSPC");
      await released.promise;
      assertEquals(calls, ["flush", "release"]);
    },
  );

  mountTest(
    `Handle.readAll() that failed is asked again, ${when}`,
    async (scene) => {
      let asked = 0;
      const second = file("hello", {
        readAll: () => {
          if (++asked === 1) throw new Deno.errors.TimedOut();
          return new TextEncoder().encode("hello");
        },
      });
      await using _session = await scene.mount(
        answering(fsOf(directory({ second }))),
        {
          directIO: true,
        },
      );
      const script = `
fd = os.open(mnt + "/second", os.O_RDONLY)
say([attempt(os.read, fd, 10), os.read(fd, 10).decode()])
`;
      assertEquals(await python(scene.mnt, script), ["ETIMEDOUT", "hello"]);
    },
  );
}

mountTest(
  "Node.open() returns a handle of its own for each open file",
  async (scene) => {
    let opened = 0;
    const released: number[] = [];
    const done = Promise.withResolvers<void>();
    const count = file("", {
      open: (_request, response) => {
        const n = ++opened;
        response.flags |= FOPEN_DIRECT_IO;
        return {
          readAll: () => new TextEncoder().encode(`${n}`),
          release: () => {
            released.push(n);
            if (released.length === 3) done.resolve();
          },
        };
      },
    });
    await using session = await scene.mount(fsOf(directory({ count })));
    const script = `
files = [open(mnt + "/count", "rb") for i in range(3)]
say([file.read().decode() for file in reversed(files)])
`;
    assertEquals(await python(scene.mnt, script), ["3", "2", "1"]);
    await done.promise;
    assertEquals(released.sort(), [1, 2, 3]);
    assertEquals(session.server.handleCount, 0);
  },
);

mountTest(
  "Node.open() sees the flags of open(2) and may refuse",
  async (scene) => {
    const flags: number[] = [];
    const picky: Node = file("", {
      open: (request) => {
        flags.push(request.flags & 0o3);
        throw new Deno.errors.PermissionDenied();
      },
    });
    await using session = await scene.mount(fsOf(directory({ picky })));
    const script = `
say([attempt(os.open, mnt + "/picky", flag) for flag in (os.O_RDONLY, os.O_WRONLY, os.O_RDWR)])
`;
    assertEquals(await python(scene.mnt, script), [
      "EACCES",
      "EACCES",
      "EACCES",
    ]);
    assertEquals(flags, [0, 1, 2]);
    assertEquals(session.server.handleCount, 0);
  },
);

mountTest(
  "A file without read() and readAll() is refused with EOPNOTSUPP, and only that file",
  async (scene) => {
    const mute: Node = { attr: (attr) => void (attr.mode = 0o100644) };
    await using _session = await scene.mount(
      fsOf(directory({ mute, good: file("x") })),
      { directIO: true },
    );
    const script =
      `say([attempt(read, mnt + "/" + name) for name in ("mute", "good", "mute")])`;
    // Python's name for EOPNOTSUPP.
    assertEquals(await python(scene.mnt, script), ["ENOTSUP", "x", "ENOTSUP"]);
  },
);

mountTest(
  "directIO brings every read to the server, of the size that was asked for",
  async (scene) => {
    for (
      const [directIO, expected] of [[true, [70_000, 70_000]], [
        false,
        [],
      ]] as const
    ) {
      const sizes: number[] = [];
      const content = pattern(70_000);
      const big = file(content, {
        readAll: undefined!,
        read: ({ offset, size }, response) => {
          sizes.push(size);
          response.data = content.subarray(offset, offset + size);
        },
      });
      await using _session = await scene.mount(fsOf(directory({ big })), {
        directIO,
      });
      const script = `
fd = os.open(mnt + "/big", os.O_RDONLY)
say([len(os.pread(fd, 70_000, 0)), len(os.pread(fd, 70_000, 0))])
`;
      assertEquals(await python(scene.mnt, script), [70_000, 70_000]);
      // What the page cache asks for is whole pages, once.
      if (directIO) assertEquals(sizes, [...expected]);
      else {assertEquals(
          sizes.every((size) => size % 4096 === 0),
          true,
          `${sizes}`,
        );}
    }
  },
);

mountTest(
  "A read-only mount refuses changes with EROFS",
  async (scene) => {
    await using _session = await scene.mount(
      fsOf(directory({ f: file("f") })),
      { readOnly: true },
    );
    const script = `
def write(path):
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, b"x")
    finally:
        os.close(fd)
say([attempt(os.mkdir, mnt + "/d"), attempt(os.unlink, mnt + "/f"),
     attempt(os.symlink, "x", mnt + "/l"), attempt(os.mkfifo, mnt + "/p"),
     attempt(write, mnt + "/f"), read(mnt + "/f")])
`;
    const refused = Array(5).fill("EROFS");
    assertEquals(await python(scene.mnt, script), [...refused, "f"]);
  },
);

mountTest("A program can be run from a mounted file", async (scene) => {
  const script = file("#!/bin/sh\necho started with $1\n", {
    attr: (attr) => {
      attr.mode = 0o100755;
      attr.size = 30;
    },
  });
  await using _session = await scene.mount(fsOf(directory({ script })));
  const { stdout } = await run(`${scene.mnt}/script`, "luck");
  assertEquals(stdout, "started with luck\n");
}, { programs: [] });
