import { assertEquals } from "@std/assert";
import {
  FOPEN_NONSEEKABLE,
  FUSE_FSYNC_FDATASYNC,
  SEEK_DATA,
} from "../../../../fuse/mod.ts";
import { inClient } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import { directory, file, fsOf, WAYS } from "../../../_support/nodes.ts";
import { Store, type StoreFile } from "../../../_support/store.ts";

for (const [when, answering] of WAYS) {
  mountTest(
    `Handle.fsync() stores a file, Node.fsync() a directory, answering ${when}`,
    async (scene) => {
      const calls: string[] = [];
      const d = directory({}, {
        fsync: ({ opname }) => void calls.push(`node ${opname}`),
        open: () => ({ readDirAll: () => [] }),
      });
      const f = file("", {
        fsync: () => void calls.push("never"),
        open: () => ({
          fsync: ({ opname, flags }) =>
            void calls.push(`handle ${opname} ${flags}`),
        }),
      });
      const full = file("", {
        fsync: () => {
          throw Object.assign(new Error("broken"), { code: "EDQUOT" });
        },
      });
      const root = directory({ d, f, full, without: file("") });
      await using _session = await scene.mount(answering(fsOf(root)));
      const seen = await inClient(
        scene.mnt,
        ({ attempt, fdatasync, fsync, open }, mnt) => {
          const sync = (call: typeof fsync, name: string) =>
            attempt(call, open(`${mnt}/${name}`, 0));
          return [
            sync(fsync, "f"),
            sync(fdatasync, "f"),
            ...["d", "full", "without", "."].map((name) => sync(fsync, name)),
          ];
        },
      );
      assertEquals(seen, [null, null, null, "EDQUOT", null, null]);
      assertEquals(calls, [
        "handle FSYNC 0",
        `handle FSYNC ${FUSE_FSYNC_FDATASYNC}`,
        "node FSYNCDIR",
      ]);
    },
  );

  mountTest(
    `Handle.fallocate() gets mode and range of fallocate(2), answering ${when}`,
    async (scene) => {
      const calls: unknown[] = [];
      const f = file("", {
        fallocate: ({ mode, offset, length }) => {
          calls.push([mode, offset, length]);
          if (offset === 666) {
            throw Object.assign(new Error(), { code: "ENOSPC" });
          }
        },
      });
      const root = directory({ f, without: file("") });
      await using _session = await scene.mount(answering(fsOf(root)));
      const seen = await inClient(
        scene.mnt,
        ({ attempt, fallocate, open, O_RDWR }, mnt) => {
          const allocate = (
            name: string,
            mode: number,
            at: number,
            size: number,
          ) =>
            attempt(fallocate, open(`${mnt}/${name}`, O_RDWR), mode, at, size);
          return [
            allocate("f", 0, 5, 10),
            allocate("f", 3, 5 * 2 ** 32, 2 ** 33),
            allocate("f", 0, 666, 1),
            allocate("f", 0x10, 0, 4096),
            allocate("without", 0, 0, 10),
          ];
        },
      );
      assertEquals(seen, [null, null, "ENOSPC", null, "EOPNOTSUPP"]);
      assertEquals(calls, [
        [0, 5, 10],
        [3, 5 * 2 ** 32, 2 ** 33],
        [0, 666, 1],
        [0x10, 0, 4096],
      ]);
    },
  );

  mountTest(
    `Handle.lseek() finds data and holes; without it all is data, answering ${when}`,
    async (scene) => {
      const sparse = file("x".repeat(10_000), {
        lseek: ({ offset, whence }, response) => {
          if (offset >= 10_000) {
            throw Object.assign(new Error(), { code: "ENXIO" });
          }
          response.offset = whence === SEEK_DATA ? 8192 : Math.max(offset, 100);
        },
      });
      const root = directory({ sparse, plain: file("x".repeat(500)) });
      await using _session = await scene.mount(answering(fsOf(root)));
      const seen = await inClient(
        scene.mnt,
        ({ attempt, lseek, open, SEEK_DATA, SEEK_HOLE }, mnt) =>
          ["sparse", "plain"].map((name) =>
            [0, 100, 500, 10_000].flatMap((offset) =>
              [SEEK_DATA, SEEK_HOLE].map((whence) =>
                attempt(lseek, open(`${mnt}/${name}`, 0), offset, whence)
              )
            )
          ),
      );
      assertEquals(seen, [
        [8192, 100, 8192, 100, 8192, 500, "ENXIO", "ENXIO"],
        [0, 500, 100, 500, "ENXIO", "ENXIO", "ENXIO", "ENXIO"],
      ]);
    },
  );

  mountTest(
    `Handle.copyFileRange() copies; without it the kernel does, answering ${when}`,
    async (scene) => {
      const calls: unknown[] = [];
      const store = new Store();
      await using _session = await scene.mount(answering(store));
      assertEquals(
        await inClient(scene.mnt, (sys, mnt) => {
          for (const name of ["a", "b"]) {
            sys.put(`${mnt}/${name}`, name.repeat(10));
          }
          const a = sys.open(mnt + "/a", sys.O_RDONLY);
          const b = sys.open(mnt + "/b", sys.O_RDWR);
          const copied = sys.copyFileRange(a, b, 4, 1, 3);
          const text = sys.latin1(sys.pread(b, 20, 0));
          return [copied, text, sys.copyFileRange(a, b, 4, 10, 3)];
        }),
        [4, "bbbaaaabbb", 0],
      );
      const able: StoreFile = store.top.entries.get("a") as StoreFile;
      Object.assign(able, {
        copyFileRange: (
          request: { length: number; offsetIn: number; offsetOut: number },
          to: unknown,
          response: { size: number },
        ) => {
          const { length, offsetIn, offsetOut } = request;
          calls.push([length, offsetIn, offsetOut]);
          calls.push(to === store.top.entries.get("b"));
          response.size = 2;
        },
      });
      assertEquals(
        await inClient(
          scene.mnt,
          ({ copyFileRange, open, O_RDONLY, O_RDWR }, mnt) => {
            const [a, b] = [
              open(mnt + "/a", O_RDONLY),
              open(mnt + "/b", O_RDWR),
            ];
            return copyFileRange(a, b, 4, 1, 3);
          },
        ),
        2,
      );
      assertEquals(calls, [[4, 1, 3], true]);
    },
  );

  mountTest(
    `Handle.ioctl() gets the caller's data and gives it some, answering ${when}`,
    async (scene) => {
      const f = file("", {
        ioctl: ({ cmd, data, outSize }, response) => {
          switch (cmd & 0xffff) {
            case 0x6801:
              response.data = new TextEncoder().encode("got " + data.length);
              response.result = 42;
              return;
            case 0x6802:
              response.data = new Uint8Array(outSize + 1);
              return;
            default:
              throw Object.assign(new Error(), { code: "ENOTTY" });
          }
        },
      });
      const root = directory({ f, without: file("") });
      await using _session = await scene.mount(answering(fsOf(root)));
      const seen = await inClient(
        scene.mnt,
        ({ attempt, ioctl, latin1, open }, mnt) => {
          const call = (name: string, number: number) =>
            attempt(() => {
              const data = new TextEncoder().encode("12345678");
              const request = 3 * 2 ** 30 + (8 << 16) + number;
              return [
                ioctl(open(`${mnt}/${name}`, 0), request, data),
                latin1(data),
              ];
            });
          const calls = [0x6801, 0x6802, 0x6803].map((number) =>
            call("f", number)
          );
          return [...calls, call("without", 0x6801)];
        },
      );
      assertEquals(seen, [[42, "got 8678"], "EIO", "ENOTTY", "ENOTTY"]);
      assertEquals(scene.takeErrors(), [
        "Cannot answer with 9 bytes: at most 8 fit",
      ]);
    },
  );
}

mountTest(
  "FOPEN_NONSEEKABLE makes lseek(2) fail with ESPIPE",
  async (scene) => {
    const f = file("stream", {
      open: (_request, response) => {
        response.flags |= FOPEN_NONSEEKABLE;
        return { readAll: () => new TextEncoder().encode("stream") };
      },
    });
    await using _session = await scene.mount(fsOf(directory({ f })));
    const seen = await inClient(
      scene.mnt,
      ({ attempt, latin1, lseek, open, read, SEEK_SET }, mnt) => {
        const fd = open(mnt + "/f", 0);
        return [latin1(read(fd, 3)), attempt(lseek, fd, 0, SEEK_SET)];
      },
    );
    assertEquals(seen, ["str", "ESPIPE"]);
  },
);
