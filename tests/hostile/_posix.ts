import { cString } from "../../ffi/c_string.ts";
import { libc } from "../../ffi/libc.ts";
import * as posix from "../../posix/mod.ts";
import { haveTempFilesXattrs } from "../_support/sys/xattrs.ts";
import type { Own } from "./_own.ts";
import { type Row, row, type Rule, type Table } from "./_table.ts";

const VALUE = new Uint8Array([1, 2]);

const mode = (): Row => row({ mode: "number" }, () => [0o100644]);
/** Any other number has no name. */
const errno = (): Row =>
  row({ errno: "number" }, () => [2], { takes: { errno: "*" } });
const device = (): Row => row({ dev: "big" }, () => [0x801n]);
const page = (own: Own) => own.page().data;

let taggable: boolean | undefined;
/** Returns whether the files of the calls may have attributes. */
const canTag = () => taggable ??= haveTempFilesXattrs();
const TAGS: Rule = {
  get fails() {
    return canTag() ? undefined : "temporary files have no attributes";
  },
};

function tagged(own: Own): string {
  const path = own.file();
  if (canTag()) posix.setxattr(path, "user.a", VALUE);
  return path;
}

function taggedFd(own: Own): number {
  const fd = libc().open(cString(tagged(own)), posix.O_RDONLY, 0);
  own.after(() => posix.close(fd));
  return fd;
}

function shm(own: Own): string {
  const name = `/hostile-${Deno.pid}`;
  posix.close(posix.shmOpen(name, posix.O_RDWR | posix.O_CREAT, 0o600));
  own.after(() => posix.shmUnlink(name));
  return name;
}

function stat(own: Own): posix.Stat {
  return posix.fstat(own.fd());
}

const words = () => new Int32Array(4);
const word = () => new posix.FutexWord(words());

export const POSIX: Table = {
  constants:
    /^(E[A-Z0-9]+|(F|FD|FP|MADV|MAP|MCL|MFD|MNT|MREMAP|MS|O|PROT|S|UMOUNT|XATTR)_\w+|KERNEL_O_LARGEFILE|NAME_MAX)$/,
  types: "AdviseFlags MapFlags MemfdFlags OpenFlags ProtFlags SealFlags " +
    "SyncFlags XattrFlags FutexOutcome Mapping Stat Timespec ShownStat",
  rows: {
    S_ISBLK: mode(),
    S_ISCHR: mode(),
    S_ISDIR: mode(),
    S_ISFIFO: mode(),
    S_ISLNK: mode(),
    S_ISREG: mode(),
    S_ISSOCK: mode(),
    addSeals: row({ fd: "fd", seals: "int" }, (own) => [own.fd(), 0]),
    close: row({ fd: "fd" }, (own) => [own.fd()]),
    displayStatInfo: "statInfo(), printed",
    errnoHelp: errno(),
    errnoName: errno(),
    errnoString: errno(),
    fchmod: row({ fd: "fd", mode: "int" }, (own) => [own.fd(), 0o600]),
    fchown: row(
      { fd: "fd", uid: "int", gid: "int" },
      (own) => [own.fd(), -1, -1],
    ),
    fcntl: row(
      { fd: "fd", cmd: "int", arg: "int" },
      (own) => [own.fd(), posix.F_GETFD, 0],
    ),
    fgetxattr: row(
      { fd: "fd", name: "text" },
      (own) => [taggedFd(own), "user.a"],
      TAGS,
    ),
    filePermStr: row({ mode: "number", flags: "number" }, () => [0o644, 0]),
    flistxattr: row({ fd: "fd" }, (own) => [taggedFd(own)], TAGS),
    fremovexattr: row(
      { fd: "fd", name: "text" },
      (own) => [taggedFd(own), "user.a"],
      TAGS,
    ),
    fsetxattr: row(
      { fd: "fd", name: "text", value: "bytes", flags: "int" },
      (own) => [taggedFd(own), "user.a", VALUE, 0],
      TAGS,
    ),
    fstat: row({ fd: "fd" }, (own) => [own.fd()]),
    ftruncate: row({ fd: "fd", length: "offset" }, (own) => [own.fd(), 10]),
    futexWait: row(
      { words: "object", index: "count", value: "int", timeoutMs: "ms" },
      () => [words(), 0, 1, 1],
    ),
    futexWaitAsync: row(
      { words: "object", index: "count", value: "int", timeoutMs: "ms" },
      () => [words(), 0, 1, 1],
    ),
    futexWake: row(
      { words: "object", index: "count", count: "count" },
      () => [words(), 0, 1],
      { takes: { count: "Infinity 2^53 2^64" } },
    ),
    getSeals: row({ fd: "fd" }, (own) => [own.fd()]),
    getpagesize: row({}, () => []),
    getxattr: row(
      { path: "text", name: "text" },
      (own) => [tagged(own), "user.a"],
      TAGS,
    ),
    lgetxattr: row(
      { path: "text", name: "text" },
      (own) => [tagged(own), "user.a"],
      TAGS,
    ),
    listxattr: row({ path: "text" }, (own) => [tagged(own)], TAGS),
    llistxattr: row({ path: "text" }, (own) => [tagged(own)], TAGS),
    lremovexattr: row(
      { path: "text", name: "text" },
      (own) => [tagged(own), "user.a"],
      TAGS,
    ),
    lsetxattr: row(
      { path: "text", name: "text", value: "bytes", flags: "int" },
      (own) => [tagged(own), "user.a", VALUE, 0],
      TAGS,
    ),
    madvise: row(
      { data: "bytes", advice: "int" },
      (own) => [page(own), posix.MADV_NORMAL],
    ),
    major: device(),
    memfdCreate: row({ name: "text", flags: "int" }, () => ["hostile", 0]),
    minor: device(),
    mlock: row({ data: "bytes", size: "count" }, (own) => [page(own), 4096]),
    mlockall: row({ flags: "int" }, () => [8], {
      fails: "no flags of mlockall(2)",
    }),
    mmap: row(
      {
        address: "big",
        length: "count",
        prot: "int",
        flags: "int",
        fd: "fd",
        offset: "offset",
      },
      (own) => [null, 64, posix.PROT_READ, posix.MAP_SHARED, own.fd(), 0],
      { takes: { address: "null" } },
    ),
    mprotect: row(
      { data: "bytes", prot: "int" },
      (own) => [page(own), posix.PROT_READ | posix.PROT_WRITE],
    ),
    msync: row(
      { data: "bytes", flags: "int" },
      (own) => [page(own), posix.MS_SYNC],
    ),
    munlock: row({ data: "bytes", size: "count" }, (own) => [page(own), 4096]),
    munlockall: row({}, () => []),
    munmap: row({ data: "bytes" }, (own) => [page(own)]),
    removexattr: row(
      { path: "text", name: "text" },
      (own) => [tagged(own), "user.a"],
      TAGS,
    ),
    setxattr: row(
      { path: "text", name: "text", value: "bytes", flags: "int" },
      (own) => [own.file(), "user.a", VALUE, 0],
      TAGS,
    ),
    shmOpen: row(
      { name: "text", oflag: "int", mode: "int" },
      (own) => [shm(own), posix.O_RDWR, 0o600],
    ),
    shmUnlink: row({ name: "text" }, (own) => [shm(own)]),
    statInfo: row({ stat: "object" }, (own) => [stat(own)], {
      words: { stat: "mode" },
    }),
    FutexWord: row({ words: "object", index: "count" }, () => [words(), 0]),
    "FutexWord.store": row({ value: "int" }, () => [word(), 1]),
    "FutexWord.add": row({ value: "int" }, () => [word(), 1]),
    "FutexWord.waitWhile": row(
      { value: "int", timeoutMs: "ms" },
      () => [word(), 1, 1],
    ),
    "FutexWord.waitWhileAsync": row(
      { value: "int", timeoutMs: "ms" },
      () => [word(), 1, 1],
    ),
  },
};
