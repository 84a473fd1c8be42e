import { assertEquals } from "@std/assert";
import { FOPEN_DIRECT_IO } from "../../../../fuse/mod.ts";
import type { Node } from "../../../../fuse/fs/mod.ts";
import { inClient, run } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import { directory, file, fsOf, WAYS } from "../../../_support/nodes.ts";

/** Bytes that tell where they are. */
function pattern(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => (i >> 8) ^ i);
}

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
      const [all, middle, end, beyond] = await inClient(
        scene.mnt,
        (sys, mnt) => {
          const fd = sys.open(mnt + "/big", sys.O_RDONLY);
          return [
            sys.contentBytes(mnt + "/big"),
            ...[2_000_000, 3_000_000, 9_000_000].map((at) =>
              sys.pread(fd, 4, at)
            ),
          ];
        },
      );
      assertEquals(all, content);
      assertEquals(middle, content.subarray(2_000_000, 2_000_004));
      assertEquals(end, content.subarray(3_000_000));
      assertEquals(beyond, new Uint8Array());
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
      const seen = await inClient(scene.mnt, ({ contentBytes }, mnt) => [
        contentBytes(mnt + "/buffer"),
        contentBytes(mnt + "/data"),
      ]);
      assertEquals(seen, [content, content]);
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
      const seen = await inClient(
        scene.mnt,
        ({ attempt, open, read }, mnt) =>
          ["long", "busy", "broken", "nothing"].map((name) => {
            const fd = open(`${mnt}/${name}`, 0);
            return attempt(() => read(fd, 10).length);
          }),
      );
      assertEquals(seen, [10, "EBUSY", "EIO", "EIO"]);
      assertEquals(scene.takeErrors(), [
        "cannot read",
        "Cannot answer with 11 of 10 bytes",
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
      assertEquals(
        await inClient(
          scene.mnt,
          ({ attempt, close, open }, mnt) =>
            attempt(close, open(mnt + "/full", 0)),
        ),
        "ENOSPC",
      );
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
      assertEquals(
        await inClient(scene.mnt, ({ attempt, latin1, open, read }, mnt) => {
          const fd = open(mnt + "/second", 0);
          return [attempt(read, fd, 10), latin1(read(fd, 10))];
        }),
        ["ETIMEDOUT", "hello"],
      );
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
    assertEquals(
      await inClient(
        scene.mnt,
        ({ latin1, open, readAll }, mnt) =>
          [1, 2, 3].map(() => open(mnt + "/count", 0)).reverse()
            .map((fd) => latin1(readAll(fd))),
      ),
      ["3", "2", "1"],
    );
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
    assertEquals(
      await inClient(
        scene.mnt,
        ({ attempt, open, O_RDONLY, O_WRONLY, O_RDWR }, mnt) =>
          [O_RDONLY, O_WRONLY, O_RDWR].map((flags) =>
            attempt(open, mnt + "/picky", flags)
          ),
      ),
      [
        "EACCES",
        "EACCES",
        "EACCES",
      ],
    );
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
    assertEquals(
      await inClient(
        scene.mnt,
        ({ attempt, content }, mnt) =>
          ["mute", "good", "mute"].map((name) =>
            attempt(content, `${mnt}/${name}`)
          ),
      ),
      ["EOPNOTSUPP", "x", "EOPNOTSUPP"],
    );
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
      assertEquals(
        await inClient(scene.mnt, ({ open, pread }, mnt) => {
          const fd = open(mnt + "/big", 0);
          return [pread(fd, 70_000, 0).length, pread(fd, 70_000, 0).length];
        }),
        [70_000, 70_000],
      );
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
    const refused = Array(5).fill("EROFS");
    assertEquals(
      await inClient(scene.mnt, ({ attempt, ...sys }, mnt) => [
        attempt(sys.mkdir, mnt + "/d"),
        attempt(sys.unlink, mnt + "/f"),
        attempt(sys.symlink, "x", mnt + "/l"),
        attempt(sys.mkfifo, mnt + "/p"),
        attempt(() => sys.write(sys.open(mnt + "/f", sys.O_WRONLY), "x")),
        sys.content(mnt + "/f"),
      ]),
      [...refused, "f"],
    );
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
});
