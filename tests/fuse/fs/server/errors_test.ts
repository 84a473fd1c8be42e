import { assertEquals } from "@std/assert";
import { HelloFS, MirrorFS, mountFS } from "../../../../fuse/fs/mod.ts";
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

mountTest(
  "A MirrorFS that is mounted cannot be mounted again, and lives on",
  async (scene) => {
    const source = await Deno.makeTempDir({ dir: scene.dir });
    await Deno.writeTextFile(`${source}/f`, "content");
    const fs = new MirrorFS(source);
    await using _session = await scene.mount(fs);
    const error = await mountFS(scene.dir, fs).catch((error) => error);
    assertEquals(error.code, "EBUSY");
    assertEquals(await output("cat", `${scene.mnt}/f`), "content");
  },
);

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
