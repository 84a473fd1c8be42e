/**
 * What is measured: system calls, made through FFI from a process that serves
 * nothing.
 *
 * @module
 */

import {
  AT_FDCWD,
  AT_SYMLINK_NOFOLLOW,
  DIRENT64,
  statLayout,
} from "../ffi/abi_linux.ts";
import { O_CLOEXEC, O_DIRECTORY, O_RDONLY } from "../posix/constants_fcntl.ts";
import { cString } from "../ffi/c_string.ts";
import { errno, libc, linuxLibc } from "../ffi/libc.ts";
import { addressOf, SyscallError } from "../ffi/mod.ts";
import {
  ENTRIES,
  LARGE,
  LARGE_SIZE,
  LIST,
  MISSING,
  SMALL,
} from "./_fixture.ts";

/** Something to measure. */
export interface Workload {
  /** What one operation does. */
  readonly title: string;
  /** What a result is given in: a time for each operation, or a throughput. */
  readonly unit: "µs" | "ms" | "MB/s";
  /** Opens what it needs under `dir` and returns the operation. */
  readonly prepare: (dir: string) => () => void;
}

const PAGE = 4096;
const MIB = 1 << 20;
const ENOENT = 2;
/** What readdir(3) of glibc asks for at once. */
const LIST_BUFFER = 32 * 1024;
/** Odd, so that its multiples meet every page of the file before any twice. */
const STRIDE = 40503;

/**
 * The workloads by name. The listings come last, since they leave thousands of
 * inodes known to a server.
 */
export const WORKLOADS: Readonly<Record<string, Workload>> = {
  stat: {
    title: "stat of a file",
    unit: "µs",
    prepare(dir) {
      const path = cString(`${dir}/${SMALL}`);
      return () => checked("fstatat", stat(AT_FDCWD, path));
    },
  },
  missing: {
    title: "stat of a missing name",
    unit: "µs",
    prepare(dir) {
      const path = cString(`${dir}/${MISSING}`);
      return () => {
        if (stat(AT_FDCWD, path) === 0 || errno() !== ENOENT) {
          throw new Error("A missing name is not missing");
        }
      };
    },
  },
  open: {
    title: "open, read 4 KiB, close",
    unit: "µs",
    prepare(dir) {
      const path = cString(`${dir}/${SMALL}`);
      const buffer = pageAligned(PAGE);
      return () => {
        const fd = open(path);
        if (checked("read", libc().read(fd, buffer, BigInt(PAGE))) !== PAGE) {
          throw new Error("The small file is not one page");
        }
        libc().close(fd);
      };
    },
  },
  sequential1m: {
    title: "sequential reads of 1 MiB",
    unit: "MB/s",
    prepare: (dir) => readThrough(dir, MIB),
  },
  sequential128k: {
    title: "sequential reads of 128 KiB",
    unit: "MB/s",
    prepare: (dir) => readThrough(dir, MIB / 8),
  },
  random: {
    title: "random read of 4 KiB",
    unit: "µs",
    prepare(dir) {
      const fd = open(cString(`${dir}/${LARGE}`));
      const buffer = pageAligned(PAGE);
      let page = 0;
      return () => {
        page = (page + STRIDE) % (LARGE_SIZE / PAGE);
        const offset = BigInt(page * PAGE);
        checked("pread", libc().pread(fd, buffer, BigInt(PAGE), offset));
      };
    },
  },
  list: {
    title: `list ${ENTRIES} entries`,
    unit: "ms",
    prepare: (dir) => listAll(dir, () => {}),
  },
  listStat: {
    title: `list and stat ${ENTRIES} entries`,
    unit: "ms",
    prepare: (dir) =>
      listAll(dir, (fd, name) => checked("fstatat", stat(fd, name))),
  },
};

const STAT = new Uint8Array(new ArrayBuffer(statLayout().size));

function stat(dirFd: number, path: Uint8Array<ArrayBuffer>): number {
  return libc().fstatat(dirFd, path, STAT, AT_SYMLINK_NOFOLLOW);
}

function open(path: Uint8Array<ArrayBuffer>, flags = 0): number {
  return checked("open", libc().open(path, O_RDONLY | O_CLOEXEC | flags, 0));
}

/** Returns the result of a system call unless it says to look at errno. */
function checked(syscall: string, result: number): number {
  if (result < 0) throw new SyscallError(syscall, errno());
  return result;
}

/** Reads of whole pages into others cost FUSE one request more. */
function pageAligned(size: number): Uint8Array<ArrayBuffer> {
  const memory = new ArrayBuffer(size + PAGE);
  const skip = PAGE - Number(addressOf(memory)) % PAGE;
  return new Uint8Array(memory, skip, size);
}

/**
 * Reads the large file from end to end.
 *
 * One read of the largest size comes first: glibc's malloc maps each buffer
 * anew for a server that has not freed a larger one before.
 */
function readThrough(dir: string, size: number): () => void {
  const path = cString(`${dir}/${LARGE}`);
  const fd = open(path);
  checked("read", libc().read(fd, pageAligned(MIB), BigInt(MIB)));
  libc().close(fd);
  const buffer = pageAligned(size);
  return () => {
    const fd = open(path);
    for (let left = LARGE_SIZE; left > 0;) {
      const n = checked("read", libc().read(fd, buffer, BigInt(size)));
      if (n === 0) throw new Error("The large file is too short");
      left -= n;
    }
    libc().close(fd);
  };
}

/** Lists the directory as readdir(3) does. */
function listAll(
  dir: string,
  visit: (fd: number, name: Uint8Array<ArrayBuffer>) => void,
): () => void {
  const { d_reclen, d_name } = DIRENT64.offset;
  const path = cString(`${dir}/${LIST}`);
  const entries = new Uint8Array(new ArrayBuffer(LIST_BUFFER));
  const view = new DataView(entries.buffer);
  const size = BigInt(LIST_BUFFER);
  return () => {
    const fd = open(path, O_DIRECTORY);
    let count = 0;
    for (;;) {
      const n = checked(
        "getdents64",
        linuxLibc().getdents64(fd, entries, size),
      );
      if (n === 0) break;
      for (let at = 0; at < n; at += view.getUint16(at + d_reclen, true)) {
        visit(fd, entries.subarray(at + d_name));
        count++;
      }
    }
    libc().close(fd);
    if (count !== ENTRIES + 2) throw new Error(`Listed ${count} entries`);
  };
}
