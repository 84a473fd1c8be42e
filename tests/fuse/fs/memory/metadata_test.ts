/**
 * What a file system in memory knows of a file: times, owners, attributes.
 *
 * @module
 */

import { scriptTest } from "./_script.ts";

scriptTest(
  "times go from long before 1970 to long after 2106, in nanoseconds",
  (sys) => {
    sys.put("f");
    const second = 10n ** 9n;
    const times = [
      ...[-1n, -second, -(2n ** 33n) * second + 1n, 0n],
      ...[2n ** 32n * second + 123_456_789n, 253_402_300_799_999_999_999n],
    ];
    return times.map((ns) => {
      sys.utime("f", ns, ns + 1n);
      const { atime, mtime } = sys.stat("f");
      return [atime - ns, mtime - ns];
    });
  },
  Array(6).fill([0n, 1n]),
);

scriptTest(
  "the time of birth is that of the making",
  (sys) => {
    const before = BigInt(Date.now()) * 1_000_000n;
    sys.put("f");
    sys.utime("f", 5n, 5n);
    const birth = sys.birthOf("f");
    return before <= birth && birth <= BigInt(Date.now() + 1) * 1_000_000n;
  },
  true,
);

scriptTest(
  "each change marks the times that POSIX says, and reading its own",
  (sys) => {
    /** Which times of what has these names change: a, m, c of each. */
    const marks = (call: () => unknown, ...names: string[]): string[] => {
      for (const name of names) sys.utime(name, 1n, 2n, { follow: false });
      const before = names.map((name) => sys.lstat(name));
      const millisecond = (ns: bigint) => ns / 1_000_000n;
      const isLater = (ctime: bigint) =>
        BigInt(Date.now()) > millisecond(ctime);
      while (!before.every(({ ctime }) => isLater(ctime))) sys.sleep(1);
      call();
      return names.map((name, i) => {
        const [old, now] = [before[i]!, sys.lstat(name)];
        return (old.atime === now.atime ? "" : "a") +
          (old.mtime === now.mtime ? "" : "m") +
          (old.ctime === now.ctime ? "" : "c");
      });
    };
    sys.put("f", "x".repeat(5000));
    sys.mkdir("d");
    sys.mkdir("e");
    sys.symlink("f", "s");
    const fd = sys.open("f", sys.O_RDWR);
    const read = () => {
      sys.forgetPages(fd);
      sys.pread(fd, 10, 0);
    };
    return [
      marks(() => sys.pwrite(fd, "y", 0), "f"),
      marks(read, "f"),
      marks(() => sys.close(sys.open("f", sys.O_WRONLY | sys.O_TRUNC)), "f"),
      marks(() => sys.truncate("f", 9), "f"),
      marks(() => sys.chmod("f", 0o600), "f"),
      marks(() => sys.chown("f", 1, 1), "f"),
      marks(() => sys.chown("f", -1, -1), "f"),
      marks(() => sys.setxattr("f", "user.x", ""), "f"),
      marks(() => sys.removexattr("f", "user.x"), "f"),
      marks(() => sys.fallocate(fd, 0, 0, 9), "f"),
      marks(() => sys.link("f", "d/g"), "f", "d"),
      marks(() => sys.rename("d/g", "e/h"), "e", "d", "f"),
      marks(() => sys.unlink("e/h"), "e", "f"),
      marks(() => sys.mkdir("d/x"), "d"),
      marks(() => sys.rmdir("d/x"), "d"),
      marks(() => sys.listdir("d"), "d"),
      marks(() => sys.readlink("s"), "s"),
    ];
  },
  [
    ...[["mc"], ["a"], ["mc"], ["mc"], ["c"], ["c"], ["c"], ["c"], ["c"]],
    ...[["mc"], ["c", "mc"], ["mc", "mc", "c"], ["mc", "c"]],
    ...[["mc"], ["mc"], ["a"], ["a"]],
  ],
);

scriptTest(
  "extended attributes: namespaces, flags and limits",
  ({ attempt, ...sys }) => {
    sys.put("f");
    const get = (name: string) => attempt(sys.getxattr, "f", name);
    const put = (name: string, value: string = "v", flags: number = 0) =>
      attempt(sys.setxattr, "f", name, value, flags);
    return [
      ...[put("user.a"), get("user.a"), put("trusted.b"), put("security.c")],
      put("user.a", "w", sys.XATTR_CREATE),
      put("user.d", "w", sys.XATTR_REPLACE),
      put("user.a", "", sys.XATTR_REPLACE),
      ...[get("user.a"), put("bad.x"), put("user.")],
      put(`user.${"n".repeat(251)}`),
      put(`user.${"n".repeat(250)}`),
      put("user.big", "x".repeat(65537)),
      put("user.big", "x".repeat(65536)),
      get("user.big")?.length,
      get("user.none"),
      attempt(sys.removexattr, "f", "user.none"),
      get("bad.x"),
      sys.listxattr("f").sort().slice(0, 3),
      attempt(sys.getxattr, "f", "user.big", 9),
    ];
  },
  [
    ...[null, "v", null, null, "EEXIST", "ENODATA", null, ""],
    ...["EOPNOTSUPP", "EINVAL", "ERANGE", null],
    ...["E2BIG", null, 65536, "ENODATA", "ENODATA", "EOPNOTSUPP"],
    ...[["security.c", "trusted.b", "user.a"], "ERANGE"],
  ],
);

scriptTest(
  "trusted attributes are not listed to others",
  (sys) => {
    sys.put("f");
    sys.setxattr("f", "trusted.t", "v");
    sys.setxattr("f", "user.u", "v");
    return sys.as({ uid: 1000 }, () => sys.listxattr("f"));
  },
  ["user.u"],
);

scriptTest(
  "an access control list rules access, and goes with the mode",
  ({ attempt, chmod, content, getAcl, setAcl, stat, ...sys }) => {
    const read = () => sys.as({ uid: 1000 }, () => attempt(content, "f"));
    sys.put("f", "secret");
    chmod("f", 0o600);
    const refused = read();
    setAcl("f", "access", "u::rw- u:1000:r-- g::--- m::r-- o::---");
    const allowed = read();
    const shown = [stat("f").mode, getAcl("f", "access")];
    chmod("f", 0o600);
    const masked = [read(), getAcl("f", "access")];
    sys.removexattr("f", "system.posix_acl_access");
    const left = sys.listxattr("f");
    sys.mkdir("d");
    setAcl("d", "default", "u::rwx u:1000:rwx g::--- m::rwx o::---");
    sys.umask(0o77);
    sys.mkdir("d/e");
    sys.put("d/f");
    const inherited = [
      ...[getAcl("d/e", "access"), getAcl("d/e", "default")],
      ...[getAcl("d/f", "access"), stat("d/f").mode],
    ];
    return [refused, allowed, shown, masked, left, inherited];
  },
  [
    "EACCES",
    "secret",
    [0o100640, "u::rw- u:1000:r-- g::--- m::r-- o::---"],
    ["EACCES", "u::rw- u:1000:r-- g::--- m::--- o::---"],
    [],
    [
      "u::rwx u:1000:rwx g::--- m::rwx o::---",
      "u::rwx u:1000:rwx g::--- m::rwx o::---",
      "u::rw- u:1000:rwx g::--- m::rw- o::---",
      0o100660,
    ],
  ],
);

scriptTest(
  "set-ID bits and capabilities do not outlive a change by others",
  (sys) => {
    const capability = Uint8Array.fromHex("0100000200040000" + "00".repeat(12));
    const after = (call: () => unknown, uid = 1000) => {
      sys.put("f", "0123456789");
      sys.chmod("f", 0o6777);
      sys.setxattr("f", "security.capability", capability);
      sys.as({ uid, gid: 0 }, call);
      return [sys.stat("f").mode, sys.listxattr("f")];
    };
    const write = (change: (fd: number) => unknown) => () => {
      const fd = sys.open("f", sys.O_WRONLY);
      change(fd);
      sys.close(fd);
    };
    return [
      after(write((fd) => sys.write(fd, "x"))),
      after(() => sys.truncate("f", 5)),
      after(() => sys.open("f", sys.O_WRONLY | sys.O_TRUNC)),
      after(write((fd) => sys.fallocate(fd, 0, 0, 100_000))),
      after(() => sys.chown("f", 5, 5), 0),
      after(() => sys.attempt(sys.chown, "f", -1, -1))[0],
    ];
  },
  [
    ...Array(5).fill([0o100777, []]),
    0o106777,
  ],
);

scriptTest(
  "a set-group-ID directory hands its group down, and a sticky one keeps files",
  ({ attempt, mkdir, put, ...sys }) => {
    mkdir("g");
    sys.chown("g", 0, 50);
    sys.chmod("g", 0o2777);
    mkdir("t");
    sys.chmod("t", 0o1777);
    put("t/f");
    const about = (name: string) => {
      const { mode, uid, gid } = sys.lstat(name);
      return [mode, uid, gid];
    };
    return sys.as({ uid: 1000 }, () => {
      put("g/f");
      mkdir("g/d");
      sys.symlink("x", "g/s");
      return [
        ...[about("g/f"), about("g/d"), about("g/s").slice(1)],
        attempt(sys.unlink, "t/f"),
        attempt(sys.rename, "t/f", "t/g"),
      ];
    });
  },
  [
    [0o100644, 1000, 50],
    [0o42755, 1000, 50],
    [1000, 50],
    "EPERM",
    "EPERM",
  ],
);
