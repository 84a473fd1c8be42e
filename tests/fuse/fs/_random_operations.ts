/**
 * Random system calls in a directory: what `_random_client.ts` makes in two.
 * Few names, so that calls meet each other.
 *
 * @module
 */

import { AT_EACCESS } from "../../../ffi/abi_linux.ts";
import { cString } from "../../../ffi/c_string.ts";
import { SyscallError } from "../../../ffi/syscall_error.ts";
import { EBADF } from "../../../posix/constants_errno.ts";
import { c, done } from "../../_support/sys/libc.ts";
import * as sys from "../../_support/sys/mod.ts";
import type { RandomBelow } from "../_random.ts";
import { Random } from "./_random_arguments.ts";

/** One of the two directories, and what is open in it. */
export interface World {
  readonly root: string;
  readonly fds: Map<number, number>;
  /** Files to which pages were promised. */
  readonly promised: Set<bigint>;
}

/** A call that can be made in either directory. */
export interface Operation {
  /** What it changes: whose times are looked at. */
  readonly paths: readonly string[];
  /** What is random of it, in words. */
  readonly words: string;
  readonly call: (world: World) => unknown;
}

/** How one is made up. */
type Maker = (random: Random) => [
  paths: readonly string[],
  call: (world: World, at: (path: string) => string) => unknown,
];

const XATTRS = [
  ...["user.x", "user.y", "trusted.t", "security.s", "user.", "bad.z"],
  ...["user." + "n".repeat(250), "user." + "n".repeat(251)],
] as const;
const ACLS = ["system.posix_acl_access", "system.posix_acl_default"] as const;
const IDS = [-1, 0, 1000, 1001] as const;
const F_GETFL = 3;

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = sys;
const { O_RDWR, O_TMPFILE, O_TRUNC, O_WRONLY } = sys;

function opened({ fds }: World, slot: number): number {
  const fd = fds.get(slot);
  if (fd === undefined) throw new SyscallError("nothing is open", EBADF);
  return fd;
}

function keep({ fds }: World, slot: number, fd: number): void {
  const before = fds.get(slot);
  if (before !== undefined) sys.close(before);
  fds.set(slot, fd);
}

/** What is the same of a file in both directories. */
export function describe(status: sys.Status): unknown[] {
  const { mode, uid, gid, nlink, rdev, size, blocks } = status;
  const type = mode & 0o170000;
  return [
    mode.toString(8),
    ...[uid, gid, nlink, `${rdev}`],
    type === sys.S_IFDIR ? null : size,
    type === sys.S_IFREG ? `${blocks}` : null,
  ];
}

const opens = (flags: (r: Random) => number, depth?: number): Maker => (r) => {
  const [p, slot, mode] = [r.path(depth), r.slot(), r.number(0o10000)];
  const all = flags(r) | O_NONBLOCK;
  return [[p], (world, at) => keep(world, slot, sys.open(at(p), all, mode))];
};

const MAKERS: Readonly<Record<string, Maker>> = {
  create: opens((r) =>
    O_RDWR |
    r.one(0, O_CREAT, O_CREAT | O_EXCL, O_CREAT | O_TRUNC, O_TRUNC) |
    r.one<number>(0, 0, 0, O_APPEND, O_NOFOLLOW)
  ),
  open: opens((r) =>
    r.one(O_RDONLY, O_WRONLY, O_RDWR, O_RDONLY | O_TRUNC, O_WRONLY | O_TRUNC)
  ),
  tmpfile: opens((r) => O_RDWR | O_TMPFILE | r.one<number>(0, O_EXCL), 2),
  linkfd(r) {
    const [p, slot] = [r.path(), r.slot()];
    return [[p], (world, at) => sys.linkFd(opened(world, slot), at(p))];
  },
  close(r) {
    const slot = r.slot();
    return [[], ({ fds }) => {
      const fd = fds.get(slot);
      if (fd !== undefined) sys.close(fd);
      fds.delete(slot);
    }];
  },
  write(r) {
    const [slot, at, data] = [r.slot(), r.position(), r.data()];
    return [[], (world) => sys.pwrite(opened(world, slot), data, at)];
  },
  append(r) {
    const [slot, data] = [r.slot(), r.data()];
    return [[], (world) => sys.write(opened(world, slot), data)];
  },
  read(r) {
    const [slot, at] = [r.slot(), r.position()];
    const size = r.one(1, 5000, 200_000);
    return [
      [],
      (world) => sys.latin1(sys.pread(opened(world, slot), size, at)),
    ];
  },
  ftruncate(r) {
    const [slot, size] = [r.slot(), r.position()];
    return [[], (world) => sys.ftruncate(opened(world, slot), size)];
  },
  truncate(r) {
    const [p, size] = [r.path(), r.position()];
    // Whether the same size is a change differs among file systems.
    return [[], (_, at) => sys.truncate(at(p), size)];
  },
  huge(r) {
    const p = r.path();
    return [[p], (_, at) => {
      sys.truncate(at(p), 2 ** 40);
      sys.truncate(at(p), 5);
    }];
  },
  fallocate(r) {
    const [slot, mode] = [r.slot(), r.one(0, 1, 3, 3, 2, 0x40)];
    const from = r.position();
    const size = r.one(0, 1, 4096, 8192, 10_000, 2 ** 21);
    return [[], (world) => {
      const fd = opened(world, slot);
      world.promised.add(sys.fstat(fd).ino);
      sys.fallocate(fd, mode, from, size);
    }];
  },
  seek(r) {
    const [slot, from] = [r.slot(), r.position()];
    const whence = r.one(sys.SEEK_DATA, sys.SEEK_HOLE);
    return [[], (world) => {
      const fd = opened(world, slot);
      const { mode, ino } = sys.fstat(fd);
      // In a directory it is the kernel's own business; and tmpfs takes a page
      // for data that was promised and then cleared in part.
      const isDirectory = (mode & 0o170000) === sys.S_IFDIR;
      if (isDirectory || world.promised.has(ino)) return "who knows";
      const here = sys.lseek(fd, 0, sys.SEEK_CUR);
      try {
        return sys.lseek(fd, from, whence);
      } finally {
        sys.lseek(fd, here, sys.SEEK_SET);
      }
    }];
  },
  copy(r) {
    const [a, b, from, to] = [r.slot(), r.slot(), r.position(), r.position()];
    const data = r.bytes(r.one(1, 5000, 2 ** 20));
    return [[], (world) => {
      const [source, target] = [opened(world, a), opened(world, b)];
      // tmpfs copies a hole as zeros: let there be none.
      const flags = done("fcntl", c().fcntl(source, F_GETFL, 0));
      if (flags & O_APPEND) return "elsewhere";
      sys.pwrite(source, data, from);
      return sys.copyFileRange(source, target, data.length, from, to);
    }];
  },
  fstat(r) {
    const slot = r.slot();
    return [[], (world) => describe(sys.fstat(opened(world, slot)))];
  },
  fchmod(r) {
    const [slot, mode] = [r.slot(), r.number(0o10000)];
    return [[], (world) => sys.fchmod(opened(world, slot), mode)];
  },
  mkdir(r) {
    const [p, mode] = [r.path(), r.one(0o755, 0o777, 0o2777, 0o1777, 0o700)];
    return [[p], (_, at) => sys.mkdir(at(p), mode)];
  },
  rmdir: (r) => withPath(r.path(), sys.rmdir),
  unlink: (r) => withPath(r.path(), sys.unlink),
  readlink: (r) => withPath(r.path(), sys.readlink),
  symlink(r) {
    const [p, target] = [r.path(), r.path()];
    return [[p], (_, at) => sys.symlink(target, at(p))];
  },
  link(r) {
    const [p, q] = [r.path(), r.path()];
    return [[p, q], (_, at) => sys.link(at(p), at(q))];
  },
  rename(r) {
    const [p, q] = [r.path(), r.path()];
    return [[p, q], (_, at) => sys.rename(at(p), at(q))];
  },
  renameat2(r) {
    const [p, q, flags] = [r.path(), r.path(), r.one(1, 2, 2, 3, 4, 5, 8)];
    return [[p, q], (_, at) => sys.rename(at(p), at(q), flags)];
  },
  mknod(r) {
    const { S_IFBLK, S_IFCHR, S_IFIFO, S_IFREG, S_IFSOCK } = sys;
    const p = r.path();
    const type = r.one(S_IFIFO, S_IFSOCK, S_IFCHR, S_IFBLK, S_IFREG);
    const mode = type | r.number(0o10000);
    const device = sys.makedev(1234, 70_000);
    return [[p], (_, at) => sys.mknod(at(p), mode, device)];
  },
  chmod(r) {
    const [p, mode] = [r.path(), r.number(0o10000)];
    return [[p], (_, at) => sys.chmod(at(p), mode)];
  },
  chown(r) {
    const [p, uid, gid] = [r.path(), r.one(...IDS), r.one(...IDS)];
    const chown = r.number(2) === 0 ? sys.chown : sys.lchown;
    // The kernel does not tell FUSE that nothing is to change.
    const owner = uid === -1 && gid === -1 ? 0 : uid;
    return [[p], (_, at) => chown(at(p), owner, gid)];
  },
  utime(r) {
    const p = r.path();
    const a = r.number(2 ** 31) * 8 - 2 ** 33;
    const m = r.number(2 ** 31) * 5 - 2 ** 31;
    const [atime, mtime] = [[a, 7n], [m, 999_999_999n]]
      .map(([sec, ns]) => BigInt(sec!) * 1_000_000_000n + (ns as bigint));
    return [[p], (_, at) => {
      sys.utime(at(p), atime, mtime);
      return `${sys.stat(at(p)).mtime}`;
    }];
  },
  setxattr(r) {
    const [p, name, flags] = [r.path(), r.one(...XATTRS), r.one(0, 0, 1, 2)];
    const value = r.bytes(r.one(0, 5, 5000));
    return [[p], (_, at) => sys.setxattr(at(p), name, value, flags)];
  },
  removexattr(r) {
    const [p, name] = [r.path(), r.one<string>(...XATTRS, ...ACLS)];
    return [[p], (_, at) => sys.removexattr(at(p), name)];
  },
  getxattr(r) {
    const [p, name] = [r.path(), r.one(...XATTRS)];
    return [[p], (_, at) => sys.getxattr(at(p), name)];
  },
  listxattr: (r) => withPath(r.path(), (path) => sys.listxattr(path).sort()),
  acl(r) {
    const [p, name, acl] = [r.path(), r.one(...ACLS), r.acl()];
    return [[p], (_, at) => sys.setxattr(at(p), name, acl)];
  },
  access(r) {
    const [p, mode] = [r.path(), r.number(8)];
    return [[p], (_, at) => {
      const name = cString(at(p));
      return c().faccessat(sys.AT_FDCWD, name, mode, AT_EACCESS) === 0;
    }];
  },
  listdir: (r) => withPath(r.path(2), (path) => sys.listdir(path).sort()),
  umask(r) {
    const mask = r.one(0, 0o22, 0o77, 0o777);
    return [[], () => void sys.umask(mask)];
  },
};

function withPath(
  p: string,
  call: (path: string) => unknown,
): ReturnType<Maker> {
  return [[p], (_, at) => call(at(p))];
}

const ALL = Object.entries(MAKERS);

/** Makes up an operation. */
export function randomOperation(below: RandomBelow): Operation {
  const random = new Random(below);
  const [name, make] = ALL[below(ALL.length)]!;
  const [paths, call] = make(random);
  return {
    paths,
    words: `${name}(${random.drawn.join(", ")})`,
    call: (world) => call(world, (path) => `${world.root}/${path}`),
  };
}
