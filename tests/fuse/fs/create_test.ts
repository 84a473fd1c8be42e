/**
 * What a directory makes: each way to answer, and files without a name.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Session } from "../../../fuse/fs/mod.ts";
import { python } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { directory, file, fsOf, WAYS } from "../../_support/nodes.ts";
import { Store, StoreDirectory } from "../../_support/store.ts";

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
      const seen = await python(
        scene.mnt,
        `
os.umask(0o022)
os.mkdir(mnt + "/d", 0o775)
os.mkdir(mnt + "/d/deep", 0o700)
say([oct(stat(mnt + "/d")["mode"]), oct(stat(mnt + "/d/deep")["mode"]), os.listdir(mnt + "/d"),
     attempt(os.mkdir, mnt + "/d"), attempt(os.rmdir, mnt + "/d"),
     attempt(os.rmdir, mnt + "/d/deep"), attempt(os.rmdir, mnt + "/d/deep"), os.listdir(mnt + "/d")])
`,
      );
      const made = ["0o40755", "0o40700", ["deep"]];
      assertEquals(seen, [...made, "EEXIST", "ENOTEMPTY", null, "ENOENT", []]);
      assertEquals([...store.top.entries.keys()], ["d"]);
    },
  );

  mountTest(
    `Node.create() makes a file and opens it, answering ${when}`,
    async (scene) => {
      const store = new Store();
      await using session = await scene.mount(answering(store));
      const seen = await python(
        scene.mnt,
        `
os.umask(0o027)
path = mnt + "/f"
fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)
os.write(fd, b"created")
s = os.fstat(fd)
say([oct(s.st_mode), s.st_size, os.pread(fd, 10, 0).decode(), read(path),
     s.st_ino == os.stat(path).st_ino, attempt(os.open, path, os.O_CREAT | os.O_EXCL)])
`,
      );
      assertEquals(seen, ["0o100640", 7, "created", "created", true, "EEXIST"]);
      assertEquals(session.server.nodeCount, 2);
      await released(session);
    },
  );

  mountTest(
    `A file that is created, written and removed lives until it is closed, answering ${when}`,
    async (scene) => {
      const store = new Store();
      await using session = await scene.mount(answering(store));
      const seen = await python(
        scene.mnt,
        `
path = mnt + "/f"
fd = os.open(path, os.O_CREAT | os.O_RDWR)
os.write(fd, b"first")
os.unlink(path)
os.write(fd, b", last")
say([attempt(os.stat, path), os.pread(fd, 20, 0).decode(), os.fstat(fd).st_size, os.fstat(fd).st_nlink])
`,
      );
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
      const seen = await python(
        scene.mnt,
        `
open(mnt + "/f", "w").write("linked")
os.symlink("f", mnt + "/l")
os.symlink(b"\\xff" * 4095, mnt + "/long")
say([os.readlink(mnt + "/l"), read(mnt + "/l"), oct(stat(mnt + "/l")["mode"]), stat(mnt + "/l")["size"],
     os.readlink(mnt + "/long") == os.fsdecode(b"\\xff" * 4095), attempt(os.symlink, "x", mnt + "/l")])
`,
      );
      assertEquals(seen, ["f", "linked", "0o120777", 1, true, "EEXIST"]);
    },
  );

  mountTest(
    `Node.link() gives one node a second name, answering ${when}`,
    async (scene) => {
      const store = new Store();
      await using session = await scene.mount(answering(store));
      const seen = await python(
        scene.mnt,
        `
os.mkdir(mnt + "/d")
open(mnt + "/a", "w").write("one")
os.link(mnt + "/a", mnt + "/d/b")
open(mnt + "/d/b", "a").write(" file")
a, b = stat(mnt + "/a"), stat(mnt + "/d/b")
os.unlink(mnt + "/a")
say([a == b, b["nlink"], read(mnt + "/d/b"), stat(mnt + "/d/b")["nlink"],
     attempt(os.link, mnt + "/d/b", mnt + "/d/b"), attempt(os.link, mnt + "/none", mnt + "/c")])
`,
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
      const seen = await python(
        scene.mnt,
        `
import socket, stat as st
os.umask(0)
os.mkfifo(mnt + "/p", 0o640)
os.mknod(mnt + "/null", 0o666 | st.S_IFCHR, os.makedev(1, 3))
os.mknod(mnt + "/large", 0o600 | st.S_IFBLK, os.makedev(0xabc, 0x12345))
socket.socket(socket.AF_UNIX).bind(mnt + "/s")
all = [stat(mnt + "/" + name) for name in ("p", "null", "large", "s")]
open(mnt + "/null", "w").write("gone")
say([[oct(s["mode"]) for s in all], all[1]["rdev"] == os.makedev(1, 3), all[2]["rdev"] == os.makedev(0xabc, 0x12345),
     read(mnt + "/null")])
`,
      );
      const modes = ["0o10640", "0o20666", "0o60600", "0o140777"];
      assertEquals(seen, [modes, true, true, ""]);
    },
  );

  mountTest(
    `Node.tmpfile() makes a file without a name, which link(2) may give it, answering ${when}`,
    async (scene) => {
      const store = new Store();
      await using _session = await scene.mount(answering(store));
      const seen = await python(
        scene.mnt,
        `
fds = [os.open(mnt, os.O_TMPFILE | os.O_RDWR, 0o600) for i in range(2)]
os.write(fds[0], b"no name")
nlink = os.fstat(fds[0]).st_nlink
numbers = len({os.fstat(fd).st_ino for fd in fds})
listed = os.listdir(mnt)
os.link("/proc/self/fd/%d" % fds[0], mnt + "/named", src_dir_fd=fds[0], follow_symlinks=True)
say([nlink, numbers, listed, os.fstat(fds[0]).st_nlink, read(mnt + "/named")])
`,
      );
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
    const seen = await python(
      scene.mnt,
      `
fds = [os.open(mnt, os.O_TMPFILE | os.O_RDWR) for i in range(3)]
say(len({os.fstat(fd).st_ino for fd in fds}))
`,
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
    const seen = await python(
      scene.mnt,
      `
for name in ("a", "b"): open(mnt + "/" + name, "w").write(name)
say([read(mnt + "/a"), read(mnt + "/b")])
`,
    );
    assertEquals(seen, ["a", "b"]);
    const created = session.server.stats.byOperation
      .find(({ opname }) => opname === "CREATE");
    assertEquals(created?.count, 1);
  },
);
