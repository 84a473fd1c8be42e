import { assertEquals, assertRejects } from "@std/assert";
import { SyscallError } from "../../../../ffi/mod.ts";
import {
  type FS,
  HelloFS,
  MirrorFS,
  mountFS,
  replay,
  serve,
} from "../../../../fuse/fs/mod.ts";
import { mount, unmount } from "../../../../fuse/mod.ts";
import { inClient, output } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import { directory, file, fsOf, WAYS } from "../../../_support/nodes.ts";

/** What can be thrown and cannot even be looked at. */
function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

for (const [when, answering] of WAYS) {
  mountTest(
    `ENOSYS thrown for one file is not the answer of every file, ${when}`,
    async (scene) => {
      const bad = file("x", {
        open() {
          throw Object.assign(new Error(), { code: "ENOSYS" });
        },
      });
      await using _session = await scene.mount(
        answering(fsOf(directory({ bad, good: file("good") }))),
      );
      const seen = await inClient(
        scene.mnt,
        ({ attempt, content }, mnt) =>
          ["good", "bad", "good"].map((name) =>
            attempt(content, `${mnt}/${name}`)
          ),
      );
      assertEquals(seen, ["good", "EOPNOTSUPP", "good"]);
    },
  );

  mountTest(
    `A thrown value that cannot be looked at is EIO, ${when}`,
    async (scene) => {
      const bad = file("x", {
        attr() {
          throw revoked();
        },
      });
      const errors: unknown[] = [];
      await using _session = await mountFS(
        scene.mnt,
        answering(fsOf(directory({ bad, good: file("good") }))),
        { onError: (error) => errors.push(error) },
      );
      const seen = await inClient(
        scene.mnt,
        ({ attempt, content }, mnt) =>
          ["bad", "good"].map((name) => attempt(content, `${mnt}/${name}`)),
      );
      assertEquals(seen, ["EIO", "good"]);
      assertEquals(errors.length, 1);
    },
  );
}

mountTest(
  "A generateInode() that throws leaves no node behind",
  async (scene) => {
    const fs = fsOf(directory({ a: file("a") }), {
      generateInode() {
        throw new Deno.errors.NotSupported();
      },
    });
    await using session = await scene.mount(fs);
    assertEquals(
      await inClient(
        scene.mnt,
        ({ attempt, stat }, mnt) =>
          [1, 2, 3].map(() => attempt(stat, mnt + "/a")),
      ),
      Array(3).fill("EOPNOTSUPP"),
    );
    assertEquals(session.server.nodeCount, 1);
  },
);

/** Mounts a file system, and serves it to its end. */
async function serveOn(fs: FS, dir: string): Promise<void> {
  const conn = await mount(dir);
  await serve(conn, fs).closed.finally(() => unmount(dir, { lazy: true }));
}

/** Ways to use a file system a second time. */
const AGAIN: Readonly<
  Record<string, (fs: FS, dir: string) => Promise<unknown>>
> = {
  mountFS: (fs, dir) => mountFS(dir, fs),
  serve: serveOn,
  replay: (fs) => replay({ startNs: 0n, records: [], truncated: false }, fs),
};

for (const [way, again] of Object.entries(AGAIN)) {
  mountTest(
    `A MirrorFS that is mounted cannot be used again by ${way}(), and lives on`,
    async (scene) => {
      const source = await Deno.makeTempDir({ dir: scene.dir });
      const dir = await Deno.makeTempDir({ dir: scene.dir });
      await Deno.writeTextFile(`${source}/f`, "content");
      const fs = new MirrorFS(source);
      await using _session = await scene.mount(fs);
      const error = await assertRejects(() => again(fs, dir), SyscallError);
      assertEquals(error.code, "EBUSY");
      assertEquals(await output("cat", `${scene.mnt}/f`), "content");
    },
  );
}

mountTest(
  "Session.unmount() by many at once leaves the mount underneath",
  async (scene) => {
    await using _below = await scene.mount(new HelloFS());
    const above = await mountFS(scene.mnt, new HelloFS(), {
      allowNonEmptyMount: true,
    });
    await Promise.all(Array.from({ length: 8 }, () => above.unmount()));
    assertEquals(await output("cat", `${scene.mnt}/hello`), "hello, world\n");
  },
);

mountTest(
  "Files of a file system mounted in the source have inode numbers of their own",
  async (scene) => {
    const source = await Deno.makeTempDir({ dir: scene.dir });
    const inner = `${source}/inner`;
    await output("mount", "-t", "tmpfs", "none", source);
    try {
      await Deno.mkdir(inner);
      await output("mount", "-t", "tmpfs", "none", inner);
      await Deno.writeTextFile(`${source}/f`, "outer");
      await Deno.writeTextFile(`${inner}/f`, "inner");
      await using _session = await scene.mount(new MirrorFS(source));
      const seen = await output("find", scene.mnt, "-type", "f");
      assertEquals(seen.split("\n").length - 1, 2);
      const numbers = await output(
        ...["stat", "-c", "%i"],
        ...[scene.mnt, `${scene.mnt}/inner`],
      );
      assertEquals(new Set(numbers.trim().split("\n")).size, 2);
    } finally {
      await output("umount", "-R", source);
    }
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
