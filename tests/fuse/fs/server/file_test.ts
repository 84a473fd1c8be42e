import { assertEquals } from "@std/assert";
import {
  FOPEN_CACHE_DIR,
  FOPEN_KEEP_CACHE,
  FOPEN_NONSEEKABLE,
  FUSE_FSYNC_FDATASYNC,
  SEEK_DATA,
} from "../../../../fuse/mod.ts";
import { inClient, output } from "../../../_support/client.ts";
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

  mountTest(
    `Node.setxattr() and removexattr() get name, value and flags, answering ${when}`,
    async (scene) => {
      const values = new Map<string, Uint8Array>();
      const fail = (code: string): never => {
        throw Object.assign(new Error(code), { code });
      };
      const f = file("", {
        setxattr: ({ name, xattr, flags }) => {
          if (flags === 1 && values.has(name)) fail("EEXIST");
          if (flags === 2 && !values.has(name)) fail("ENODATA");
          values.set(name, xattr.slice());
        },
        removexattr: ({ name }) => {
          if (!values.delete(name)) fail("ENODATA");
        },
        getxattr: ({ name }) => values.get(name),
        listxattr: () => values.keys(),
      });
      await using _session = await scene.mount(
        answering(fsOf(directory({ f }))),
      );
      const seen = await inClient(
        scene.mnt,
        ({ attempt, setxattr, ...sys }, mnt) => {
          const f = mnt + "/f";
          return [
            attempt(setxattr, f, "user.a", "1"),
            attempt(setxattr, f, "user.a", "2", sys.XATTR_CREATE),
            attempt(setxattr, f, "user.b", "", sys.XATTR_REPLACE),
            attempt(setxattr, f, "user.big", "x".repeat(65536)),
            attempt(setxattr, f, "user.empty", ""),
            sys.listxattr(f).sort(),
            sys.getxattr(f, "user.a"),
            sys.getxattr(f, "user.big").length,
            sys.getxattr(f, "user.empty"),
            attempt(sys.removexattr, f, "user.a"),
            attempt(sys.removexattr, f, "user.a"),
            sys.listxattr(f).sort(),
          ];
        },
      );
      assertEquals(seen, [
        ...[null, "EEXIST", "ENODATA", null, null],
        ["user.a", "user.big", "user.empty"],
        ...["1", 65536, "", null, "ENODATA"],
        ["user.big", "user.empty"],
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

mountTest(
  "FOPEN_CACHE_DIR and FOPEN_KEEP_CACHE let the kernel keep a listing",
  async (scene) => {
    let listings = 0;
    const d = directory({ a: file("a") }, {
      open: (_request, response) => {
        response.flags |= FOPEN_CACHE_DIR | FOPEN_KEEP_CACHE;
        return { readDirAll: () => (listings++, [{ name: "a" }]) };
      },
    });
    await using _session = await scene.mount(fsOf(directory({ d })));
    for (let i = 0; i < 3; i++) {
      assertEquals(await output("ls", `${scene.mnt}/d`), "a\n");
    }
    assertEquals(listings, 1);
  },
);

mountTest(
  "Handle.readdirplus() gives nodes with the entries, which spares lookup()",
  async (scene) => {
    for (const [when, answering] of WAYS) {
      const looked: string[] = [];
      const nodes = { a: file("a"), b: file("bb"), c: file("ccc") };
      const root = directory(nodes, {
        lookup: (name) => {
          looked.push(name);
          return nodes[name as "a"];
        },
        readdirplus: () => [
          { name: "a", node: nodes.a },
          { name: "b", node: nodes.b },
          { name: "c" },
        ],
      });
      await using session = await scene.mount(answering(fsOf(root)), {
        readdirplus: "always",
      });
      const seen = await inClient(
        scene.mnt,
        ({ scandir, stat }, mnt) =>
          scandir(mnt).map(({ name }) => [name, stat(`${mnt}/${name}`).size]),
      );
      assertEquals(seen, [["a", 1], ["b", 2], ["c", 3]], when);
      assertEquals(looked, ["c"], when);
      assertEquals(session.server.nodeCount, 4, when);
    }
  },
);

mountTest(
  "fstatvfs(2) and stat(2) of the root are answered",
  async (scene) => {
    const fs = fsOf(directory(), {
      statfs: (_request, response) => void (response.blocks = 42),
    });
    await using _session = await scene.mount(fs);
    const seen = await inClient(
      scene.mnt,
      ({ fstat, open, stat, statfs }, mnt) => {
        const { mode, ino } = stat(mnt);
        return [statfs(mnt).blocks, mode, ino, fstat(open(mnt, 0)).ino];
      },
    );
    assertEquals(seen, [42, 0o40755, 1n, 1n]);
  },
);

mountTest(
  "A handler that passes its deadline answers ETIMEDOUT",
  async (scene) => {
    const f = file("", {
      readAll: undefined!,
      read: async ({ signal }) => {
        const deadline = AbortSignal.any([signal, AbortSignal.timeout(1)]);
        await new Promise((_, reject) => {
          deadline.addEventListener("abort", () => reject(deadline.reason));
        });
      },
    });
    await using _session = await scene.mount(fsOf(directory({ f })), {
      directIO: true,
    });
    assertEquals(
      await inClient(
        scene.mnt,
        ({ attempt, content }, mnt) => attempt(content, mnt + "/f"),
      ),
      "ETIMEDOUT",
    );
  },
);

mountTest(
  "A defect in any handler costs one EIO and one report, and the server lives on",
  async (scene) => {
    for (const [when, answering] of WAYS) {
      const defect = (name: string) => (): never => {
        throw new Error(name);
      };
      const names = ["open", "setattr", "setxattr", "getxattr", "access"];
      const bad = file(
        "",
        Object.fromEntries(names.map((n) => [n, defect(n)])),
      );
      const writable = file("", {
        write: defect("write"),
        fsync: defect("fsync"),
        fallocate: defect("fallocate"),
        poll: defect("poll"),
      });
      const dir = directory({}, {
        ...Object.fromEntries(
          ["mkdir", "create", "mknod", "symlink", "link", "remove", "rename"]
            .map((n) => [n, defect(n)]),
        ),
      });
      const root = directory({ bad, writable, dir, good: file("good") });
      await using session = await scene.mount(answering(fsOf(root)));
      const seen = await inClient(scene.mnt, ({ attempt, ...sys }, mnt) => {
        sys.chdir(mnt);
        const fd = sys.open("writable", sys.O_RDWR);
        return [
          attempt(sys.open, "bad", 0),
          attempt(sys.chmod, "bad", 0o600),
          attempt(sys.setxattr, "bad", "user.a", ""),
          attempt(sys.getxattr, "bad", "user.a"),
          attempt(sys.write, fd, "x"),
          attempt(sys.fsync, fd),
          attempt(sys.fallocate, fd, 0, 0, 1),
          attempt(sys.mkdir, "dir/x"),
          attempt(sys.create, "dir/x"),
          attempt(sys.mkfifo, "dir/x"),
          attempt(sys.symlink, "x", "dir/x"),
          attempt(sys.link, "good", "dir/x"),
          attempt(sys.unlink, "good"),
          attempt(sys.rename, "dir/x", "y"),
          sys.content("good"),
        ];
      });
      assertEquals(seen, [
        ...Array(12).fill("EIO"),
        ...["EPERM", "ENOENT", "good"],
      ], when);
      assertEquals(scene.takeErrors(), [
        ...["open", "setattr", "setxattr", "getxattr", "write", "fsync"],
        ...["fallocate", "mkdir", "create", "mknod", "symlink", "link"],
      ], when);
      assertEquals(session.server.inFlightCount, 0);
    }
  },
);
