/**
 * What a directory makes: each way to answer, and files without a name.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Session } from "../../../../fuse/fs/mod.ts";
import { inClient } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import { directory, file, fsOf, WAYS } from "../../../_support/nodes.ts";
import { Store, StoreDirectory } from "../../../_support/store.ts";

/** Waits until nothing is open: RELEASE comes after close(2). */
async function released({ server }: Session): Promise<void> {
  while (server.handleCount > 0) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

for (const [when, answering] of WAYS) {
  mountTest(
    `Node.mkdir() makes a directory, answering ${when}`,
    async (scene) => {
      const store = new Store();
      await using _session = await scene.mount(answering(store));
      const seen = await inClient(
        scene.mnt,
        ({ attempt, mkdir, rmdir, ...sys }, mnt) => {
          sys.umask(0o022);
          mkdir(mnt + "/d", 0o775);
          mkdir(mnt + "/d/deep", 0o700);
          return [
            sys.stat(mnt + "/d").mode,
            sys.stat(mnt + "/d/deep").mode,
            sys.listdir(mnt + "/d"),
            attempt(mkdir, mnt + "/d"),
            attempt(rmdir, mnt + "/d"),
            attempt(rmdir, mnt + "/d/deep"),
            attempt(rmdir, mnt + "/d/deep"),
            sys.listdir(mnt + "/d"),
          ];
        },
      );
      const made = [0o40755, 0o40700, ["deep"]];
      assertEquals(seen, [...made, "EEXIST", "ENOTEMPTY", null, "ENOENT", []]);
      assertEquals([...store.top.entries.keys()], ["d"]);
    },
  );

  mountTest(
    `Node.create() makes a file and opens it, answering ${when}`,
    async (scene) => {
      const store = new Store();
      await using session = await scene.mount(answering(store));
      const seen = await inClient(scene.mnt, (sys, mnt) => {
        sys.umask(0o027);
        const path = mnt + "/f";
        const flags = sys.O_CREAT | sys.O_EXCL | sys.O_RDWR;
        const fd = sys.open(path, flags, 0o666);
        sys.write(fd, "created");
        const { mode, size, ino } = sys.fstat(fd);
        return [
          mode,
          size,
          sys.latin1(sys.pread(fd, 10, 0)),
          sys.content(path),
          ino === sys.stat(path).ino,
          sys.attempt(sys.open, path, sys.O_CREAT | sys.O_EXCL),
        ];
      });
      assertEquals(seen, [0o100640, 7, "created", "created", true, "EEXIST"]);
      assertEquals(session.server.nodeCount, 2);
      await released(session);
    },
  );

  mountTest(
    `A file that is created, written and removed lives until it is closed, answering ${when}`,
    async (scene) => {
      const store = new Store();
      await using session = await scene.mount(answering(store));
      const seen = await inClient(scene.mnt, (sys, mnt) => {
        const path = mnt + "/f";
        const fd = sys.open(path, sys.O_CREAT | sys.O_RDWR);
        sys.write(fd, "first");
        sys.unlink(path);
        sys.write(fd, ", last");
        const { size, nlink } = sys.fstat(fd);
        const text = sys.latin1(sys.pread(fd, 20, 0));
        return [sys.attempt(sys.stat, path), text, size, nlink];
      });
      assertEquals(seen, ["ENOENT", "first, last", 11, 0]);
      assertEquals(store.top.entries.size, 0);
      await released(session);
    },
  );

  mountTest(
    `Node.symlink() makes a link that is followed, answering ${when}`,
    async (scene) => {
      const store = new Store();
      await using _session = await scene.mount(answering(store));
      const seen = await inClient(scene.mnt, ({ symlink, ...sys }, mnt) => {
        sys.put(mnt + "/f", "linked");
        symlink("f", mnt + "/l");
        symlink("\udcff".repeat(4095), mnt + "/long");
        const { mode, size } = sys.lstat(mnt + "/l");
        return [
          ...[sys.readlink(mnt + "/l"), sys.content(mnt + "/l"), mode, size],
          sys.readlink(mnt + "/long") === "\udcff".repeat(4095),
          sys.attempt(symlink, "x", mnt + "/l"),
        ];
      });
      assertEquals(seen, ["f", "linked", 0o120777, 1, true, "EEXIST"]);
    },
  );

  mountTest(
    `Node.link() gives one node a second name, answering ${when}`,
    async (scene) => {
      const store = new Store();
      await using session = await scene.mount(answering(store));
      const seen = await inClient(
        scene.mnt,
        ({ attempt, content, link, put, stat, ...sys }, mnt) => {
          sys.mkdir(mnt + "/d");
          put(mnt + "/a", "one");
          link(mnt + "/a", mnt + "/d/b");
          put(mnt + "/d/b", " file", sys.O_APPEND);
          const [a, b] = [stat(mnt + "/a"), stat(mnt + "/d/b")];
          sys.unlink(mnt + "/a");
          return [
            a.ino === b.ino && a.size === b.size,
            b.nlink,
            content(mnt + "/d/b"),
            stat(mnt + "/d/b").nlink,
            attempt(link, mnt + "/d/b", mnt + "/d/b"),
            attempt(link, mnt + "/none", mnt + "/c"),
          ];
        },
      );
      assertEquals(seen, [true, 2, "one file", 1, "EEXIST", "ENOENT"]);
      // The root, the directory, and one file for both names.
      assertEquals(session.server.nodeCount, 3);
    },
  );

  mountTest(
    `Node.mknod() makes pipes, sockets and devices, answering ${when}`,
    async (scene) => {
      const store = new Store();
      await using _session = await scene.mount(answering(store), {
        allowDev: true,
      });
      const seen = await inClient(
        scene.mnt,
        ({ makedev, mknod, ...sys }, mnt) => {
          sys.umask(0);
          sys.mkfifo(mnt + "/p", 0o640);
          mknod(mnt + "/null", 0o666 | sys.S_IFCHR, makedev(1, 3));
          mknod(mnt + "/large", 0o600 | sys.S_IFBLK, makedev(0xabc, 0x12345));
          sys.bindUnix(mnt + "/s");
          const all = ["p", "null", "large", "s"].map((name) =>
            sys.stat(`${mnt}/${name}`)
          );
          sys.put(mnt + "/null", "gone");
          return [
            all.map(({ mode }) => mode),
            all[1]!.rdev === makedev(1, 3),
            all[2]!.rdev === makedev(0xabc, 0x12345),
            sys.content(mnt + "/null"),
          ];
        },
      );
      const modes = [0o10640, 0o20666, 0o60600, 0o140777];
      assertEquals(seen, [modes, true, true, ""]);
    },
  );

  mountTest(
    `Node.tmpfile() makes a file without a name, which link(2) may give it, answering ${when}`,
    async (scene) => {
      const store = new Store();
      await using _session = await scene.mount(answering(store));
      const seen = await inClient(scene.mnt, (sys, mnt) => {
        const fds = [1, 2].map(() =>
          sys.open(mnt, sys.O_TMPFILE | sys.O_RDWR, 0o600)
        );
        const fd = fds[0]!;
        sys.write(fd, "no name");
        const { nlink } = sys.fstat(fd);
        const numbers = new Set(fds.map((fd) => sys.fstat(fd).ino)).size;
        const listed = sys.listdir(mnt);
        sys.linkFd(fd, mnt + "/named");
        const named = sys.content(mnt + "/named");
        return [nlink, numbers, listed, sys.fstat(fd).nlink, named];
      });
      assertEquals(seen, [0, 2, [], 1, "no name"]);
    },
    { ignore: !hasTmpfile() },
  );
}

mountTest(
  "Files without a name get inode numbers of their own",
  async (scene) => {
    const root = directory({}, {
      tmpfile: () => {
        const made = file("");
        return [made, made];
      },
    });
    await using _session = await scene.mount(fsOf(root));
    const seen = await inClient(
      scene.mnt,
      ({ fstat, open, O_RDWR, O_TMPFILE }, mnt) => {
        const fds = [1, 2, 3].map(() => open(mnt, O_TMPFILE | O_RDWR));
        return new Set(fds.map((fd) => fstat(fd).ino)).size;
      },
    );
    assertEquals(seen, 3);
  },
  { ignore: !hasTmpfile() },
);

/** Whether the kernel sends TMPFILE: since Linux 6.1. */
function hasTmpfile(): boolean {
  const [major, minor] = Deno.osRelease().split(".").map(Number);
  return major! > 6 || major === 6 && minor! >= 1;
}

mountTest(
  "Without Node.create() files are made by mknod() and opened",
  async (scene) => {
    class Old extends StoreDirectory {}
    Object.defineProperty(Old.prototype, "create", { value: undefined });
    const top = new Old();
    await using session = await scene.mount({ root: () => top });
    const seen = await inClient(scene.mnt, ({ content, put }, mnt) => {
      for (const name of ["a", "b"]) put(`${mnt}/${name}`, name);
      return [content(mnt + "/a"), content(mnt + "/b")];
    });
    assertEquals(seen, ["a", "b"]);
    const created = session.server.stats.byOperation
      .find(({ opname }) => opname === "CREATE");
    assertEquals(created?.count, 1);
  },
);
