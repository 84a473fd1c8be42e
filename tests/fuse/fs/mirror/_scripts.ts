/**
 * Functions to call in a directory and in a mirror of another one.
 *
 * @module
 */

import type { Sys } from "../../../_support/client_process.ts";

/** Functions of a client that start in the directory, by what they do. */
export const SCRIPTS: Readonly<Record<string, (sys: Sys) => unknown>> = {
  "files are made, written, appended to, cut and removed": (sys) => {
    const { O_APPEND, O_CREAT, O_EXCL, O_RDWR, O_TRUNC, O_WRONLY } = sys;
    const write = (name: string, data: string, flags = 0) => {
      const fd = sys.open(name, flags | O_CREAT | O_WRONLY, 0o666);
      const n = sys.write(fd, data);
      sys.close(fd);
      return n;
    };
    const written = [write("a", "hello"), write("a", "J")];
    written.push(write("a", "!", O_APPEND));
    sys.truncate("a", 3);
    write("hole", "x".repeat(10));
    const fd = sys.open("hole", O_RDWR);
    sys.ftruncate(fd, 100_000);
    sys.pwrite(fd, "end", 200_000);
    const { size } = sys.fstat(fd);
    const refused = sys.attempt(sys.open, "a", O_CREAT | O_EXCL | O_WRONLY);
    write("b", "gone");
    sys.unlink("b");
    write("c", "long content");
    write("c", "new", O_TRUNC);
    return [written, size, refused, sys.attempt(sys.content, "b")];
  },
  "directories, links, pipes and devices": (
    { attempt, link, mkdir, ...sys },
  ) => {
    const { mknod, put, symlink } = sys;
    mkdir("d", 0o751);
    mkdir("d/e");
    symlink("d/e", "s");
    sys.mkfifo("p", 0o640);
    mknod("n", 0o600 | sys.S_IFCHR, sys.makedev(1, 3));
    mknod("big", 0o660 | sys.S_IFBLK, sys.makedev(300, 70_000));
    put("d/f", "one");
    link("d/f", "g");
    link("s", "t");
    put("g", "two");
    const answers = [
      sys.content("d/f"),
      sys.stat("d/f").ino === sys.stat("g").ino,
      attempt(sys.rmdir, "d"),
      attempt(mkdir, "d"),
      attempt(sys.unlink, "d/e"),
      attempt(sys.rmdir, "g"),
      attempt(link, "d", "h"),
      attempt(symlink, "x", "s"),
    ];
    sys.unlink("d/f");
    return [...answers, sys.about("g")];
  },
  "names move, are swapped, and replace others": (
    { attempt, rename, ...sys },
  ) => {
    const { RENAME_EXCHANGE, RENAME_NOREPLACE } = sys;
    for (const name of ["a", "b", "c"]) sys.put(name, name);
    sys.mkdir("d");
    sys.mkdir("e");
    sys.put("e/f", "f");
    rename("a", "d/a");
    rename("b", "c");
    return [
      attempt(rename, "d", "e", RENAME_EXCHANGE),
      attempt(rename, "c", "e/a", RENAME_NOREPLACE),
      attempt(rename, "nope", "x"),
      attempt(rename, "d", "e"),
      attempt(rename, "d", "d/f/g"),
      attempt(rename, "c", "moved", RENAME_NOREPLACE),
      sys.content("e/a"),
      sys.content("d/f"),
      sys.listdir(".").sort(),
    ];
  },
  "modes, owners and times": ({ about, chmod, chown, stat, utime, ...sys }) => {
    sys.put("f", "x");
    sys.mkdir("d");
    sys.symlink("f", "s");
    const answers: unknown[] = [];
    chmod("f", 0o6751);
    answers.push(about("f"));
    chown("f", 1234, 4321);
    answers.push(about("f"));
    sys.lchown("s", 7, 8);
    answers.push(about("s"), about("f"));
    chmod("d", 0o3777);
    answers.push(about("d"));
    const late = 4_294_967_296n * 10n ** 9n + 5n;
    for (const ns of [0n, -1n, -1_500_000_000n, 123_456_789n, late]) {
      utime("f", ns, ns + 1n);
      answers.push([stat("f").atime, stat("f").mtime]);
    }
    utime("s", 5n, 6n, { follow: false });
    answers.push(sys.lstat("s").mtime);
    utime("f");
    const age = BigInt(Date.now()) * 1_000_000n - stat("f").mtime;
    answers.push(age < 60_000_000_000n && age > -60_000_000_000n);
    const fd = sys.open("f", sys.O_RDWR);
    sys.unlink("f");
    sys.fchmod(fd, 0o640);
    sys.fchown(fd, 5, 6);
    sys.ftruncate(fd, 10);
    sys.futime(fd, 1n, 2n);
    const { mode, uid, gid, size, nlink, mtime } = sys.fstat(fd);
    return [...answers, [mode, uid, gid, size, nlink, mtime]];
  },
  "what is made belongs to the caller, by the rules of set-group-ID directories":
    ({ chmod, chown, mkdir, ...sys }) => {
      mkdir("open");
      chmod("open", 0o777);
      mkdir("group");
      chown("group", 0, 50);
      chmod("group", 0o2777);
      mkdir("team");
      chown("team", 0, 60);
      chmod("team", 0o770);
      const dirs = ["open", "group", "team"];
      sys.umask(0o027);
      sys.as({ uid: 1000, gid: 1001, groups: [60] }, () => {
        for (const dir of dirs) {
          sys.create(`${dir}/f`, 0, 0o6777);
          sys.put(`${dir}/f`, "mine", 0);
          mkdir(`${dir}/d`, 0o777);
          sys.symlink("f", `${dir}/s`);
          sys.mkfifo(`${dir}/p`, 0o666);
        }
      });
      const refused = sys.as(
        { uid: 1000, gid: 1001 },
        () => sys.attempt(sys.create, "team/no"),
      );
      const made = dirs.flatMap((dir) =>
        ["f", "d", "s", "p"].map((name) => sys.about(`${dir}/${name}`))
      );
      return [refused, made];
    },
  "a write by another clears the set-ID bits, and one by root does not": (
    sys,
  ) => {
    const names = ["a", "b", "c", "d"];
    for (const name of names) {
      sys.put(name, "x");
      sys.chmod(name, 0o6777);
    }
    sys.as({ uid: 1000 }, () => {
      sys.put("a", "y", 0);
      sys.truncate("b", 0);
      sys.put("c", "", sys.O_TRUNC);
    });
    sys.put("d", "z", 0);
    return names.map(sys.about);
  },
  "the umask is the caller's, and a default ACL outdoes it": (sys) => {
    const { about, getAcl, listdir, mkdir, setAcl } = sys;
    mkdir("d");
    mkdir("plain");
    setAcl("d", "default", "u::rwx u:1234:rw- g::r-x m::rwx o::---");
    for (const mask of [0, 0o022, 0o077]) {
      sys.umask(mask);
      for (const dir of ["d", "plain"]) {
        sys.create(`${dir}/f${mask}`, 0, 0o666);
        mkdir(`${dir}/d${mask}`, 0o777);
        sys.mkfifo(`${dir}/p${mask}`, 0o666);
      }
    }
    const made = ["d", "plain"].flatMap((dir) =>
      listdir(dir).sort().map((name) => about(`${dir}/${name}`))
    );
    sys.put("acl");
    setAcl("acl", "access", "u::rw- u:1234:r-- g::r-- m::r-- o::---");
    const before = about("acl");
    sys.chmod("acl", 0o660);
    const read = sys.as(
      { uid: 1234, gid: 99 },
      () => sys.attempt(sys.content, "acl"),
    );
    return [made, before, getAcl("acl", "access"), read];
  },
  "extended attributes": ({ attempt, setxattr, ...sys }) => {
    const { lsetxattr, XATTR_CREATE, XATTR_REPLACE } = sys;
    sys.put("f");
    sys.mkdir("d");
    sys.symlink("f", "s");
    setxattr("f", "user.a", "1");
    setxattr("d", "user.empty", "");
    setxattr("f", "user.big", "x".repeat(3000));
    const answers = [
      attempt(setxattr, "f", "user.a", "2", XATTR_CREATE),
      attempt(setxattr, "f", "user.b", "2", XATTR_REPLACE),
      attempt(sys.removexattr, "f", "user.none"),
      attempt(sys.getxattr, "f", "user.none"),
      attempt(lsetxattr, "s", "user.x", ""),
    ];
    lsetxattr("s", "trusted.x", "link");
    sys.removexattr("f", "user.big");
    const [names, value] = [sys.listxattr("f"), sys.getxattr("f", "user.a")];
    const fd = sys.open("f", sys.O_RDONLY);
    sys.unlink("f");
    const open = sys.fgetxattr(fd, "user.a");
    sys.fsetxattr(fd, "user.late", "1");
    return [answers, names, value, open, sys.flistxattr(fd).sort()];
  },
  "files without a name": ({ attempt, content, linkFd, open, ...sys }) => {
    const flags = sys.O_TMPFILE | sys.O_RDWR;
    const fd = open(".", flags, 0o640);
    sys.write(fd, "hidden");
    const { mode, nlink, size } = sys.fstat(fd);
    const named = [attempt(linkFd, fd, "named"), sys.about("named")];
    sys.write(fd, "!");
    const read = content("named");
    const exclusive = open(".", flags | sys.O_EXCL);
    const refused = attempt(linkFd, exclusive, "not");
    sys.put("f", "open");
    const gone = open("f", sys.O_RDWR);
    sys.unlink("f");
    const left = [
      sys.latin1(sys.pread(gone, 10, 0)),
      sys.pwrite(gone, "O", 0),
      content(`/proc/self/fd/${gone}`),
    ];
    return [mode, nlink, size, named, read, refused, left];
  },
  "holes, reserved space, and copies inside": (sys) => {
    const { attempt, fallocate, fstat, lseek, pread } = sys;
    const { SEEK_DATA, SEEK_HOLE } = sys;
    const [KEEP, PUNCH, ZERO] = [1, 2, 16];
    const fd = sys.open("f", sys.O_CREAT | sys.O_RDWR);
    sys.pwrite(fd, "a".repeat(65536), 0);
    sys.pwrite(fd, "b".repeat(65536), 1 << 20);
    const answers = [
      attempt(fallocate, fd, PUNCH | KEEP, 4096, 8192),
      pread(fd, 3, 4095),
      lseek(fd, 0, SEEK_HOLE),
      lseek(fd, 8192, SEEK_DATA),
      lseek(fd, 70_000, SEEK_DATA),
      attempt(lseek, fd, 1 << 21, SEEK_DATA),
      attempt(fallocate, fd, ZERO, 1 << 20, 10),
      pread(fd, 11, 1 << 20),
      attempt(fallocate, fd, KEEP, 4 << 20, 4096),
      fstat(fd).size,
      attempt(fallocate, fd, 0, 4 << 20, 4096),
      fstat(fd).size,
    ];
    const to = sys.open("g", sys.O_CREAT | sys.O_RDWR);
    const copied = sys.copyFileRange(fd, to, 1000, 500, 10);
    answers.push(copied, pread(to, 2000, 0));
    sys.fsync(fd);
    sys.fdatasync(to);
    sys.fsync(sys.open(".", sys.O_RDONLY));
    return answers;
  },
  "mapped files are written": (sys) => {
    sys.put("f", ".".repeat(10_000));
    const map = sys.map(sys.open("f", sys.O_RDWR), 10_000);
    map.bytes.set(new TextEncoder().encode("hello"), 5000);
    map.sync();
    map.unmap();
    return sys.content("f").slice(4998, 5007);
  },
};
