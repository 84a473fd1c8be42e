import { assertEquals } from "@std/assert";
import {
  FOPEN_CACHE_DIR,
  FOPEN_KEEP_CACHE,
  FOPEN_NONSEEKABLE,
  FUSE_FSYNC_FDATASYNC,
  SEEK_DATA,
} from "../../../fuse/mod.ts";
import { output, python } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { directory, file, fsOf, WAYS } from "../../_support/nodes.ts";
import { Store, type StoreFile } from "../../_support/store.ts";

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
      const seen = await python(
        scene.mnt,
        `
def sync(call, name):
    fd = os.open(mnt + "/" + name, os.O_RDONLY)
    try: return attempt(call, fd)
    finally: os.close(fd)
say([sync(os.fsync, "f"), sync(os.fdatasync, "f"), sync(os.fsync, "d"), sync(os.fsync, "full"),
     sync(os.fsync, "without"), sync(os.fsync, ".")])
`,
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
      const seen = await python(
        scene.mnt,
        `
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def fallocate(name, mode, offset, length):
    fd = os.open(mnt + "/" + name, os.O_RDWR)
    n = libc.fallocate(fd, mode, ctypes.c_long(offset), ctypes.c_long(length))
    os.close(fd)
    return errno.errorcode[ctypes.get_errno()] if n < 0 else n
say([fallocate("f", 0, 5, 10), fallocate("f", 3, 5 << 32, 1 << 33), fallocate("f", 0, 666, 1),
     fallocate("f", 0x10, 0, 4096), fallocate("without", 0, 0, 10)])
`,
      );
      assertEquals(seen, [0, 0, "ENOSPC", 0, "ENOTSUP"]);
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
      const seen = await python(
        scene.mnt,
        `
def seek(name, offset, whence):
    fd = os.open(mnt + "/" + name, os.O_RDONLY)
    try: return attempt(os.lseek, fd, offset, whence)
    finally: os.close(fd)
say([[seek(name, offset, whence) for offset in (0, 100, 500, 10000) for whence in (os.SEEK_DATA, os.SEEK_HOLE)]
     for name in ("sparse", "plain")])
`,
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
      const script = `
for name in ("a", "b"): open(mnt + "/" + name, "w").write(name * 10)
a, b = os.open(mnt + "/a", os.O_RDONLY), os.open(mnt + "/b", os.O_RDWR)
say([os.copy_file_range(a, b, 4, 1, 3), os.pread(b, 20, 0).decode(), os.copy_file_range(a, b, 4, 10, 3)])
`;
      assertEquals(await python(scene.mnt, script), [4, "bbbaaaabbb", 0]);
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
      const again = `
a, b = os.open(mnt + "/a", os.O_RDONLY), os.open(mnt + "/b", os.O_RDWR)
say(os.copy_file_range(a, b, 4, 1, 3))
`;
      assertEquals(await python(scene.mnt, again), 2);
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
      const seen = await python(
        scene.mnt,
        `
import fcntl
def call(name, number, direction=3, size=8):
    fd = os.open(mnt + "/" + name, os.O_RDONLY)
    buffer = bytearray(b"12345678")
    try: return [fcntl.ioctl(fd, direction << 30 | size << 16 | number, buffer, True), buffer.decode()]
    finally: os.close(fd)
say([call("f", 0x6801), attempt(call, "f", 0x6802), attempt(call, "f", 0x6803), attempt(call, "without", 0x6801)])
`,
      );
      assertEquals(seen, [[42, "got 8678"], "EIO", "ENOTTY", "ENOTTY"]);
      assertEquals(scene.takeErrors(), ["Cannot answer 9 bytes where 8 go"]);
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
      const seen = await python(
        scene.mnt,
        `
f = mnt + "/f"
def put(name, value, flags=0): return attempt(os.setxattr, f, name, value, flags)
say([put("user.a", b"1"), put("user.a", b"2", os.XATTR_CREATE), put("user.b", b"", os.XATTR_REPLACE),
     put("user.big", b"x" * 65536), put("user.empty", b""), sorted(os.listxattr(f)),
     os.getxattr(f, "user.a").decode(), len(os.getxattr(f, "user.big")), os.getxattr(f, "user.empty").decode(),
     attempt(os.removexattr, f, "user.a"), attempt(os.removexattr, f, "user.a"), sorted(os.listxattr(f))])
`,
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
    const seen = await python(
      scene.mnt,
      `
fd = os.open(mnt + "/f", os.O_RDONLY)
say([os.read(fd, 3).decode(), attempt(os.lseek, fd, 0, os.SEEK_SET)])
`,
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
  { programs: [] },
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
      const seen = await python(
        scene.mnt,
        `say([[e.name, e.stat().st_size] for e in os.scandir(mnt)])`,
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
    const seen = await python(
      scene.mnt,
      `
fd = os.open(mnt, os.O_RDONLY)
s = stat(mnt)
say([os.fstatvfs(fd).f_blocks, oct(s["mode"]), s["ino"], os.fstat(fd).st_ino])
`,
    );
    assertEquals(seen, [42, "0o40755", "1", 1]);
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
    const script = `say(attempt(read, mnt + "/f"))`;
    assertEquals(await python(scene.mnt, script), "ETIMEDOUT");
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
      const seen = await python(
        scene.mnt,
        `
os.chdir(mnt)
fd = os.open("writable", os.O_RDWR)
say([attempt(open, "bad"), attempt(os.chmod, "bad", 0o600), attempt(os.setxattr, "bad", "user.a", b""),
     attempt(os.getxattr, "bad", "user.a"), attempt(os.write, fd, b"x"), attempt(os.fsync, fd),
     attempt(os.posix_fallocate, fd, 0, 1), attempt(os.mkdir, "dir/x"), attempt(open, "dir/x", "w"),
     attempt(os.mkfifo, "dir/x"), attempt(os.symlink, "x", "dir/x"), attempt(os.link, "good", "dir/x"),
     attempt(os.unlink, "good"), attempt(os.rename, "dir/x", "y"), read("good")])
`,
      );
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
