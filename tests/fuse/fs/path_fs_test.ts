import { assert, assertEquals, assertRejects } from "@std/assert";
import { HelloFS, PathFS, type PathOperations } from "../../../fuse/fs/mod.ts";
import { holdOpen, output, python, run } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { canDropCaches } from "../../_support/platform.ts";
import { laterOperations, PathStore } from "../../_support/path_store.ts";

/** Both ways to answer. */
const WAYS: readonly (readonly [
  string,
  <H>(operations: PathOperations<H>) => PathOperations<H>,
])[] = [["at once", (it) => it], ["later", laterOperations]];

for (const [way, answering] of WAYS) {
  mountTest(`PathFS does what programs do, answering ${way}`, async (scene) => {
    const store = new PathStore();
    await using _session = await scene.mount(new PathFS(answering(store)));
    const seen = await python(
      scene.mnt,
      `
os.umask(0)
os.mkdir(mnt + "/sub", 0o751)
with open(mnt + "/sub/file", "w") as file:
    file.write("content")
os.symlink("file", mnt + "/sub/link")
os.mkfifo(mnt + "/sub/pipe", 0o640)
os.setxattr(mnt + "/sub/file", "user.colour", b"blue")
names = sorted(os.listdir(mnt + "/sub"))
link = os.readlink(mnt + "/sub/link"), read(mnt + "/sub/link")
xattr = os.getxattr(mnt + "/sub/file", "user.colour").decode()
xattrs = os.listxattr(mnt + "/sub/file")
os.removexattr(mnt + "/sub/file", "user.colour")
gone = attempt(os.getxattr, mnt + "/sub/file", "user.colour")
v = os.statvfs(mnt)
errors = [
    attempt(os.stat, mnt + "/missing"),
    attempt(os.rmdir, mnt + "/sub"),
    attempt(os.mkdir, mnt + "/sub"),
    attempt(os.open, mnt + "/sub/file/x", os.O_RDONLY),
]
os.remove(mnt + "/sub/pipe")
modes = [stat(mnt + "/sub")["mode"], stat(mnt + "/sub/file")["mode"]]
say([names, link, xattr, xattrs, gone, [v.f_bsize, v.f_blocks, v.f_bavail, v.f_namemax], errors, modes])
`,
    );
    assertEquals(seen, [
      ["file", "link", "pipe"],
      ["file", "content"],
      "blue",
      ["user.colour"],
      "ENODATA",
      [4096, 100, 40, 255],
      ["ENOENT", "ENOTEMPTY", "EEXIST", "ENOTDIR"],
      [0o40751, 0o100666],
    ]);
    assertEquals(store.paths, ["/sub", "/sub/file", "/sub/link"]);
  });

  mountTest(
    `PathFS calls truncate, chmod, chown and utimens for what changes, ${way}`,
    async (scene) => {
      const store = new PathStore();
      await using _session = await scene.mount(new PathFS(answering(store)));
      await Deno.writeTextFile(`${scene.mnt}/file`, "content");
      store.calls.length = 0;
      await python(
        scene.mnt,
        `
path = mnt + "/file"
os.truncate(path, 3)
os.chmod(path, 0o4711)
os.chown(path, 12, -1)
os.utime(path, ns=(-1500000000, 1700000000123456789))
with open(path, "r+b") as file:
    os.ftruncate(file.fileno(), 5)
    os.fchmod(file.fileno(), 0o600)
say(None)
`,
      );
      const changes = store.calls.filter((call) => /^(tr|ch|ut)/.test(call));
      assertEquals(changes, [
        "truncate /file 3",
        "chmod /file 4711",
        "chown /file 12 undefined",
        // By the kernel: a change of owner takes set-user-ID away.
        "chmod /file 711",
        "utimens /file true true",
        "truncate /file 5",
        "chmod /file 600",
      ]);
      const { mode, uid, gid, mtimeNs, atimeNs } = store.files.get("/file")!;
      assertEquals([mode, uid, gid], [0o100600, 12, 0]);
      assertEquals([atimeNs, mtimeNs], [-1500000000n, 1700000000123456789n]);
      assertEquals(store.text("/file"), "con\0\0");
    },
  );

  mountTest(
    `PathFS keeps paths true under renamed directories, answering ${way}`,
    async (scene) => {
      const store = new PathStore();
      await using _session = await scene.mount(new PathFS(answering(store)));
      const seen = await python(
        scene.mnt,
        `
os.makedirs(mnt + "/a/b/c")
os.mkdir(mnt + "/z")
with open(mnt + "/a/b/c/file", "w") as file:
    file.write("one")
    file.flush()
    os.rename(mnt + "/a", mnt + "/y")
    file.write("two")
    file.flush()
    os.rename(mnt + "/y/b", mnt + "/z/b")
    file.write("three")
os.mkdir(mnt + "/a")
with open(mnt + "/a/file", "w") as file:
    file.write("other")
try:
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    exchanged = libc.renameat2(-100, (mnt + "/a").encode(), -100, (mnt + "/z").encode(), 2)
except AttributeError:
    exchanged = None
say([exchanged, read(mnt + "/a/b/c/file"), read(mnt + "/z/file"), sorted(os.listdir(mnt))])
`,
      );
      assertEquals(seen, [0, "onetwothree", "other", ["a", "y", "z"]]);
      assertEquals(store.text("/a/b/c/file"), "onetwothree");
      assert(store.calls.includes("write /y/b/c/file"), `${store.calls}`);
    },
  );
}

for (const numbers of [true, false]) {
  const which = numbers ? "with" : "without";
  mountTest(
    `PathFS shows hard links as one file, ${which} inode numbers`,
    async (scene) => {
      const store = new PathStore({ numbers });
      const fs = new PathFS(store);
      await using session = await scene.mount(fs);
      const seen = await python(
        scene.mnt,
        `
os.mkdir(mnt + "/sub")
with open(mnt + "/first", "w") as file:
    file.write("content")
os.link(mnt + "/first", mnt + "/sub/second")
a, b = stat(mnt + "/first"), stat(mnt + "/sub/second")
with open(mnt + "/first", "r+") as file:
    file.write("CON")
    os.remove(mnt + "/first")
    file.write("TENT")
say([a["ino"] == b["ino"], a["nlink"], read(mnt + "/sub/second"), stat(mnt + "/sub/second")["nlink"]])
`,
      );
      assertEquals(seen, [true, 2, "CONTENT", 1]);
      assertEquals(store.paths, ["/sub", "/sub/second"]);
      assertEquals(
        store.calls.filter((call) => call.startsWith("rename")),
        [],
      );
      // One node, whose path is the name that is left.
      assert(fs.nodeAt("/sub/second") !== undefined);
      assertEquals(fs.nodeAt("/first"), undefined);
      assertEquals(session.server.handleCount, 0);
    },
  );
}

mountTest(
  "PathFS takes names with one inode number for one file",
  async (scene) => {
    const store = new PathStore();
    store.mknod("/one", 0o100644);
    store.link("/one", "/two");
    const fs = new PathFS(store);
    await using session = await scene.mount(fs);
    await output("stat", `${scene.mnt}/one`, `${scene.mnt}/two`);
    assertEquals(fs.nodeAt("/one"), fs.nodeAt("/two"));
    assertEquals(session.server.nodeCount, 2);
    await output("sh", "-c", `echo new > ${scene.mnt}/one`);
    assertEquals(await output("cat", `${scene.mnt}/two`), "new\n");
  },
  { programs: [] },
);

const UNLINK_OPEN = `
path = mnt + "/sub/file"
os.mkdir(mnt + "/sub")
with open(path, "w+") as file:
    file.write("content")
    file.flush()
    os.remove(path)
    with open(path, "w") as other:
        other.write("other")
    os.remove(path)
    os.rmdir(mnt + "/sub")
    listed = os.listdir(mnt)
    file.write(" and more")
    file.flush()
    os.fchmod(file.fileno(), 0o600)
    s = os.fstat(file.fileno())
    file.seek(0)
    say([file.read(), s.st_size, s.st_nlink, oct(s.st_mode), listed])
`;

for (const [way, answering] of WAYS) {
  mountTest(
    `PathFS hides a file that is removed while it is open, answering ${way}`,
    async (scene) => {
      const store = new PathStore();
      await using session = await scene.mount(new PathFS(answering(store)));
      const seen = await python(scene.mnt, UNLINK_OPEN);
      assertEquals(seen, ["content and more", 16, 0, "0o100600", []]);
      await session.unmount();
      assertEquals(store.paths, []);
      const hidden = store.calls.find((call) => call.startsWith("rename"));
      assert(/^rename \/sub\/file \/\.hostkit-/.test(hidden!), hidden);
    },
  );

  mountTest(
    `PathFS removes an open file at once and goes on by its handle, ${way}`,
    async (scene) => {
      const store = new PathStore({ handles: true });
      const fs = new PathFS(answering(store), { unlinked: "handle" });
      await using session = await scene.mount(fs);
      const seen = await python(scene.mnt, UNLINK_OPEN);
      assertEquals(seen, ["content and more", 16, 0, "0o100600", []]);
      await session.unmount();
      assertEquals(store.paths, []);
      assert(store.calls.includes("unlink /sub/file"));
      assert(store.calls.includes("release "));
      assert(!store.calls.some((call) => call.startsWith("rename")));
    },
  );
}

mountTest(
  "PathFS hides an open file that a rename replaces",
  async (scene) => {
    const store = new PathStore();
    await using session = await scene.mount(new PathFS(store));
    const seen = await python(
      scene.mnt,
      `
for name in ["old", "new"]:
    with open(mnt + "/" + name, "w") as file:
        file.write(name)
with open(mnt + "/old") as file:
    os.rename(mnt + "/new", mnt + "/old")
    say([file.read(), read(mnt + "/old"), os.listdir(mnt)])
`,
    );
    assertEquals(seen, ["old", "new", ["old"]]);
    await session.unmount();
    assertEquals(store.paths, ["/old"]);
  },
);

mountTest(
  "PathFS gives an open file its name back if the rename over it fails",
  async (scene) => {
    const store = new PathStore();
    const { rename } = store;
    store.rename = function (from, to, flags): void {
      if (from === "/new") throw new Deno.errors.PermissionDenied();
      return rename.call(this, from, to, flags);
    };
    await using session = await scene.mount(new PathFS(store));
    const seen = await python(
      scene.mnt,
      `
for name in ["old", "new"]:
    with open(mnt + "/" + name, "w") as file:
        file.write(name)
with open(mnt + "/old") as file:
    refused = attempt(os.rename, mnt + "/new", mnt + "/old")
    say([refused, file.read(), read(mnt + "/old"), sorted(os.listdir(mnt))])
`,
    );
    assertEquals(seen, ["EACCES", "old", "old", ["new", "old"]]);
    await session.unmount();
    assertEquals(store.paths, ["/new", "/old"]);
  },
);

mountTest(
  "PathFS removes what it hid when it is unmounted by force",
  async (scene) => {
    const store = new PathStore();
    const session = await scene.mount(new PathFS(store));
    await output("touch", `${scene.mnt}/file`);
    await using _holder = await holdOpen(`${scene.mnt}/file`);
    await output("rm", `${scene.mnt}/file`);
    assertEquals(store.paths.length, 1);
    await session[Symbol.asyncDispose]();
    assertEquals(store.paths, []);
  },
  { programs: [] },
);

mountTest(
  "PathFS renames a file only after an operation that goes by its path",
  async (scene) => {
    const store = new PathStore();
    store.mkdir("/sub", 0o755);
    store.mknod("/sub/file", 0o100644);
    store.truncate("/sub/file", 3, {} as never);
    const reached = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const operations: PathOperations = store as PathOperations;
    const fs = new PathFS({
      getattr: (path, context) => operations.getattr(path, context),
      readdir: (path, context) => operations.readdir!(path, context),
      rename: (from, to, flags, context) =>
        operations.rename!(from, to, flags, context),
      async read(path, buffer, offset, context) {
        reached.resolve();
        await gate.promise;
        return operations.read!(path, buffer, offset, context);
      },
    });
    await using session = await scene.mount(fs);
    const reader = output("cat", `${scene.mnt}/sub/file`);
    await reached.promise;
    const mover = output("mv", `${scene.mnt}/sub`, `${scene.mnt}/moved`);
    // The RENAME has come, and waits.
    while (session.server.inFlightCount < 2) await output("true");
    assertEquals(store.paths, ["/sub", "/sub/file"]);
    gate.resolve();
    assertEquals(await reader, "\0\0\0");
    await mover;
    assertEquals(store.paths, ["/moved", "/moved/file"]);
    assertEquals(await output("ls", `${scene.mnt}/moved`), "file\n");
  },
  { programs: [] },
);

mountTest(
  "PathFS lets a rename that waits be interrupted",
  async (scene) => {
    const store = new PathStore();
    store.mknod("/file", 0o100644);
    const reached = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const fs = new PathFS<undefined>({
      getattr: (path, context) => store.getattr(path, context),
      rename: (from, to, flags) => store.rename(from, to, flags),
      async read() {
        reached.resolve();
        await gate.promise;
        return 0;
      },
    });
    // A READ that lasts needs no size, but the size says when to stop.
    store.truncate("/file", 3, {} as never);
    await using session = await scene.mount(fs);
    const reader = output("cat", `${scene.mnt}/file`);
    await reached.promise;
    const mover = new Deno.Command("mv", {
      args: [`${scene.mnt}/file`, `${scene.mnt}/moved`],
      stderr: "null",
    }).spawn();
    while (session.server.inFlightCount < 2) await output("true");
    mover.kill("SIGTERM");
    await mover.status;
    while (session.server.inFlightCount > 1) await output("true");
    gate.resolve();
    await reader;
    assertEquals(store.paths, ["/file"]);
    await output("mv", `${scene.mnt}/file`, `${scene.mnt}/moved`);
  },
  { programs: [] },
);

mountTest(
  "PathFS forgets what the kernel forgets, and keeps what lies above it",
  async (scene) => {
    const store = new PathStore();
    const fs = new PathFS(store);
    await using session = await scene.mount(fs);
    await output("mkdir", "-p", `${scene.mnt}/a/b`);
    await output("touch", `${scene.mnt}/a/b/file`);
    await using holder = await holdOpen(`${scene.mnt}/a/b/file`, "cat <&3");
    await output("sh", "-c", "echo 2 > /proc/sys/vm/drop_caches");
    assert(fs.nodeAt("/a/b/file") !== undefined);
    await holder.end();
    for (let i = 0; i < 100 && session.server.nodeCount > 1; i++) {
      await output("sh", "-c", "echo 2 > /proc/sys/vm/drop_caches");
    }
    assertEquals(session.server.nodeCount, 1);
    assertEquals(fs.nodeAt("/a"), undefined);
    assertEquals(
      await output("find", scene.mnt, "-name", "f*"),
      [
        `${scene.mnt}/a/b/file\n`,
      ].join(""),
    );
  },
  { programs: ["find"], ignore: !canDropCaches },
);

mountTest(
  "PathFS shows what somebody else has put in the place of a file",
  async (scene) => {
    const store = new PathStore();
    store.mknod("/thing", 0o100644);
    await using _session = await scene.mount(new PathFS(store), {
      entryValidMs: 0,
      attrValidMs: 0,
    });
    const before = await output("stat", "-c", "%F %i", `${scene.mnt}/thing`);
    store.unlink("/thing");
    store.mknod("/thing", 0o100644);
    const other = await output("stat", "-c", "%F %i", `${scene.mnt}/thing`);
    store.unlink("/thing");
    store.mkdir("/thing", 0o755);
    const dir = await output("stat", "-c", "%F", `${scene.mnt}/thing`);
    assert(before !== other);
    assertEquals(dir, "directory\n");
  },
  { programs: [] },
);

mountTest(
  "PathFS without an operation refuses what needs it",
  async (scene) => {
    const fs = new PathFS({
      getattr: (path) =>
        path === "/"
          ? { mode: 0o40755 }
          : path === "/file"
          ? { mode: 0o100644, size: 3, mtimeMs: 1500.25 }
          : undefined,
    });
    await using _session = await scene.mount(fs);
    const seen = await python(
      scene.mnt,
      `
path = mnt + "/file"
fd = os.open(path, os.O_RDWR)
say([
    attempt(os.listdir, mnt),
    attempt(os.read, fd, 1),
    attempt(os.write, fd, b"x"),
    attempt(os.fsync, fd),
    attempt(os.truncate, path, 0),
    attempt(os.chmod, path, 0o600),
    attempt(os.utime, path),
    attempt(os.remove, path),
    attempt(os.rename, path, mnt + "/other"),
    attempt(os.mkdir, mnt + "/sub"),
    attempt(os.symlink, "x", mnt + "/sub"),
    attempt(os.link, path, mnt + "/sub"),
    attempt(os.open, mnt + "/new", os.O_CREAT | os.O_RDWR),
    attempt(os.setxattr, path, "user.x", b"y"),
    attempt(os.getxattr, path, "user.x"),
    os.listxattr(path),
    os.statvfs(mnt).f_blocks,
    stat(path)["mtime"],
])
`,
    );
    assertEquals(seen, [
      "ENOTSUP",
      "ENOTSUP",
      "EPERM",
      null,
      ...Array(9).fill("EPERM"),
      "ENOTSUP",
      "ENODATA",
      [],
      0,
      "1500250000",
    ]);
  },
);

mountTest(
  "PathFS hands over who asks, open flags, and what open sets",
  async (scene) => {
    const seen: unknown[] = [];
    const fs = new PathFS<{ name: string }>({
      getattr: (path) => ({ mode: path === "/" ? 0o40755 : 0o100644 }),
      open(path, flags, context) {
        const { uid, gid, pid, signal } = context;
        seen.push([path, flags & 3, uid, gid, pid > 0, signal.aborted]);
        context.directIO = true;
        return { name: path };
      },
      read(_path, buffer, offset, { handle }) {
        const text = new TextEncoder().encode(handle!.name).subarray(offset);
        buffer.set(text);
        return text.length;
      },
    });
    await using _session = await scene.mount(fs);
    // Its size is 0: only direct I/O shows that there is something.
    assertEquals(await output("cat", `${scene.mnt}/some`), "/some");
    assertEquals(seen, [["/some", 0, 0, 0, true, false]]);
  },
  { programs: [] },
);

mountTest(
  "PathFS lets its operations start and end",
  async (scene) => {
    const calls: string[] = [];
    const fs = new PathFS({
      init: () => void calls.push("init"),
      destroy: () => void calls.push("destroy"),
      getattr: () => ({ mode: 0o40755 }),
    });
    {
      await using _session = await scene.mount(fs);
      await assertRejects(
        async () => await scene.mount(fs),
        Error,
        "EBUSY",
      );
    }
    await using _again = await scene.mount(fs);
    assertEquals(calls, ["init", "destroy", "init"]);
  },
  { programs: [] },
);

mountTest(
  "PathFS is not mounted without a root",
  async (scene) => {
    for (
      const [getattr, error] of [
        [() => undefined, "ENOTDIR"],
        [() => ({ mode: 0o100644 }), "ENOTDIR"],
        [() => ({ mode: 0o755 }), "no file type"],
        [() => Promise.reject(new Deno.errors.NotFound("gone")), "gone"],
      ] as const
    ) {
      const fs = new PathFS({ getattr });
      await assertRejects(() => scene.mount(fs), Error, error);
    }
    await using _session = await scene.mount(new HelloFS());
    assertEquals((await run("ls", scene.mnt)).stdout, "hello\n");
  },
  { programs: [] },
);
