/**
 * The path of a file while names change; hard links as one file.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { PathFS, type PathOperations } from "../../../../fuse/fs/mod.ts";
import { holdOpen, inClient, output } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import { PathStore } from "../../../_support/path_store.ts";
import { WAYS } from "./_ways.ts";

for (const [way, answering] of WAYS) {
  mountTest(
    `PathFS keeps paths true under renamed directories, answering ${way}`,
    async (scene) => {
      const store = new PathStore();
      await using _session = await scene.mount(new PathFS(answering(store)));
      const seen = await inClient(scene.mnt, (sys, mnt) => {
        sys.makeDirs(mnt + "/a/b/c");
        sys.mkdir(mnt + "/z");
        const fd = sys.open(mnt + "/a/b/c/file", sys.O_CREAT | sys.O_WRONLY);
        sys.write(fd, "one");
        sys.rename(mnt + "/a", mnt + "/y");
        sys.write(fd, "two");
        sys.rename(mnt + "/y/b", mnt + "/z/b");
        sys.write(fd, "three");
        sys.close(fd);
        sys.mkdir(mnt + "/a");
        sys.put(mnt + "/a/file", "other");
        sys.rename(mnt + "/a", mnt + "/z", sys.RENAME_EXCHANGE);
        return [
          sys.content(mnt + "/a/b/c/file"),
          sys.content(mnt + "/z/file"),
          sys.listdir(mnt).sort(),
        ];
      });
      assertEquals(seen, ["onetwothree", "other", ["a", "y", "z"]]);
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
      const seen = await inClient(scene.mnt, (sys, mnt) => {
        sys.mkdir(mnt + "/sub");
        sys.put(mnt + "/first", "content");
        sys.link(mnt + "/first", mnt + "/sub/second");
        const [a, b] = [
          sys.stat(mnt + "/first"),
          sys.stat(mnt + "/sub/second"),
        ];
        const fd = sys.open(mnt + "/first", sys.O_RDWR);
        sys.write(fd, "CON");
        sys.unlink(mnt + "/first");
        sys.write(fd, "TENT");
        sys.close(fd);
        return [
          a.ino === b.ino,
          a.nlink,
          sys.content(mnt + "/sub/second"),
          sys.stat(mnt + "/sub/second").nlink,
        ];
      });
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
  { programs: ["find"], dropsCaches: true },
);
