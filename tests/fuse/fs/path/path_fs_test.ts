/**
 * The calls of operations on paths, and the behaviour without them.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { HelloFS, PathFS } from "../../../../fuse/fs/mod.ts";
import { inClient, output, run } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import { PathStore } from "../../../_support/path_store.ts";
import { WAYS } from "./_ways.ts";

for (const [way, answering] of WAYS) {
  mountTest(`PathFS does what programs do, answering ${way}`, async (scene) => {
    const store = new PathStore();
    await using _session = await scene.mount(new PathFS(answering(store)));
    const seen = await inClient(
      scene.mnt,
      ({ attempt, content, put, stat, ...sys }, mnt) => {
        sys.umask(0);
        sys.mkdir(mnt + "/sub", 0o751);
        put(mnt + "/sub/file", "content");
        sys.symlink("file", mnt + "/sub/link");
        sys.mkfifo(mnt + "/sub/pipe", 0o640);
        sys.setxattr(mnt + "/sub/file", "user.colour", "blue");
        const names = sys.listdir(mnt + "/sub").sort();
        const link = [
          sys.readlink(mnt + "/sub/link"),
          content(mnt + "/sub/link"),
        ];
        const xattr = sys.getxattr(mnt + "/sub/file", "user.colour");
        const xattrs = sys.listxattr(mnt + "/sub/file");
        sys.removexattr(mnt + "/sub/file", "user.colour");
        const gone = attempt(sys.getxattr, mnt + "/sub/file", "user.colour");
        const v = sys.statfs(mnt);
        const errors = [
          attempt(stat, mnt + "/missing"),
          attempt(sys.rmdir, mnt + "/sub"),
          attempt(sys.mkdir, mnt + "/sub"),
          attempt(sys.open, mnt + "/sub/file/x", 0),
        ];
        sys.unlink(mnt + "/sub/pipe");
        const modes = [stat(mnt + "/sub").mode, stat(mnt + "/sub/file").mode];
        const figures = [v.bsize, v.blocks, v.bavail, v.namelen];
        return [names, link, xattr, xattrs, gone, figures, errors, modes];
      },
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
      await inClient(scene.mnt, (sys, mnt) => {
        const path = mnt + "/file";
        sys.truncate(path, 3);
        sys.chmod(path, 0o4711);
        sys.chown(path, 12, -1);
        sys.utime(path, -1_500_000_000n, 1_700_000_000_123_456_789n);
        const fd = sys.open(path, sys.O_RDWR);
        sys.ftruncate(fd, 5);
        sys.fchmod(fd, 0o600);
      });
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
}

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
    const seen = await inClient(scene.mnt, ({ attempt, ...sys }, mnt) => {
      const path = mnt + "/file";
      const fd = sys.open(path, sys.O_RDWR);
      return [
        attempt(sys.listdir, mnt),
        attempt(sys.read, fd, 1),
        attempt(sys.write, fd, "x"),
        attempt(sys.fsync, fd),
        attempt(sys.truncate, path, 0),
        attempt(sys.chmod, path, 0o600),
        attempt(sys.utime, path),
        attempt(sys.unlink, path),
        attempt(sys.rename, path, mnt + "/other"),
        attempt(sys.mkdir, mnt + "/sub"),
        attempt(sys.symlink, "x", mnt + "/sub"),
        attempt(sys.link, path, mnt + "/sub"),
        attempt(sys.create, mnt + "/new"),
        attempt(sys.setxattr, path, "user.x", "y"),
        attempt(sys.getxattr, path, "user.x"),
        sys.listxattr(path),
        sys.statfs(mnt).blocks,
        sys.stat(path).mtime,
      ];
    });
    assertEquals(seen, [
      "EOPNOTSUPP",
      "EOPNOTSUPP",
      "EPERM",
      null,
      ...Array(9).fill("EPERM"),
      "EOPNOTSUPP",
      "ENODATA",
      [],
      0,
      1500250000n,
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
);
