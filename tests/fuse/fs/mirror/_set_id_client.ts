/**
 * Changes the content of set-ID files as an unprivileged user: runs in a
 * process of root.
 *
 * @module
 */

import { STATX } from "../../../../ffi/abi_linux.ts";
import { cString } from "../../../../ffi/c_string.ts";
import { errno, libc, linuxLibc } from "../../../../ffi/libc.ts";
import { SyscallError } from "../../../../ffi/mod.ts";
import { copyFileRange, HostFd } from "../../../../hostfd/mod.ts";
import { MMap } from "../../../../mmap/mod.ts";
import {
  O_CREAT,
  O_DIRECT,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
} from "../../../../posix/mod.ts";

const USER = 1001;
const PAGE = 4096;
/** The numbers of system calls without an exact function of libc. */
const { setfsuid, setfsgid, fallocate } = Deno.build.arch === "x86_64"
  ? { setfsuid: 122n, setfsgid: 123n, fallocate: 285n }
  : { setfsuid: 151n, setfsgid: 152n, fallocate: 47n };
const AT_FDCWD = -100;
const STATX_MODE = 2;
const STATX_BASIC_STATS = 0x7ff;
const FALLOC_FL_KEEP_SIZE = 1n;
const FALLOC_FL_PUNCH_HOLE = 2n;

/** The mode after one operation. */
export interface Seen {
  readonly how: string;
  /** The mode that the kernel knows, and that execve(2) uses. */
  readonly known: string;
  /** The mode that the server returns. */
  readonly real: string;
}

/** Calls fallocate(2), or writes if the file system does not support it. */
function allocate(path: string, mode: bigint): void {
  using file = HostFd.open(path, O_RDWR);
  try {
    call(fallocate, BigInt(file.fd), mode, 0n, BigInt(PAGE));
  } catch (error) {
    const isLacking = error instanceof SyscallError &&
      error.code === "EOPNOTSUPP";
    if (!isLacking) throw error;
    file.writeSync(new Uint8Array(10));
  }
}

/** The changes of a file's content, each by its path. */
const CHANGES: Readonly<Record<string, (path: string, other: string) => void>> =
  {
    write: (path) => {
      using file = HostFd.open(path, O_WRONLY);
      file.writeSync(new Uint8Array(10));
    },
    "write, direct": (path) => {
      using file = HostFd.open(path, O_WRONLY | O_DIRECT);
      using page = MMap.anonymous(PAGE);
      file.writeSync(page.bytes);
    },
    "open with O_TRUNC": (path) => {
      using _file = HostFd.open(path, O_WRONLY | O_TRUNC);
    },
    ftruncate: (path) => {
      using file = HostFd.open(path, O_WRONLY);
      if (libc().ftruncate(file.fd, 10n) < 0) {
        throw new SyscallError("ftruncate", errno());
      }
    },
    fallocate: (path) => allocate(path, 0n),
    "fallocate, hole": (path) =>
      allocate(path, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE),
    copy_file_range: (path, other) => {
      using from = HostFd.open(other, O_RDONLY);
      using to = HostFd.open(path, O_WRONLY);
      copyFileRange(from.fd, 0, to.fd, 0, 100);
    },
    "chown by nobody in particular": (path) => {
      const { fchownat } = linuxLibc();
      fchownat(AT_FDCWD, cString(path), 0xffff_ffff, 0xffff_ffff, 0);
      CHANGES.write!(path, "");
    },
  };

/**
 * Makes a set-ID file of root's in `dir` for each change, has a user make the
 * change, and tells what is left of the mode.
 */
export function changeSetIdFiles(dir: string): Seen[] {
  const other = `${dir}/other`;
  Deno.writeTextFileSync(other, "x".repeat(PAGE));
  Deno.chmodSync(other, 0o644);
  return Object.entries(CHANGES).map(([how, change], i) => {
    const path = `${dir}/file-${i}`;
    {
      using file = HostFd.open(path, O_CREAT | O_WRONLY, 0o666);
      file.writeSync(new Uint8Array(PAGE));
    }
    Deno.chmodSync(path, 0o6777);
    modeOf(path, STATX_BASIC_STATS);
    asUser(() => change(path, other));
    const known = modeOf(path, STATX_MODE);
    return { how, known, real: modeOf(path, STATX_BASIC_STATS) };
  });
}

function asUser(body: () => void): void {
  call(setfsgid, BigInt(USER));
  call(setfsuid, BigInt(USER));
  try {
    body();
  } finally {
    call(setfsuid, 0n);
    call(setfsgid, 0n);
  }
}

/** Asks for some of the metadata: the kernel answers with what it knows. */
function modeOf(path: string, mask: number): string {
  const view = new DataView(new ArrayBuffer(STATX.size));
  const bytes = new Uint8Array(view.buffer);
  if (linuxLibc().statx(AT_FDCWD, cString(path), 0, mask, bytes) < 0) {
    throw new SyscallError("statx", errno(), { path });
  }
  const mode = view.getUint16(STATX.offset.stx_mode, true);
  return (mode & 0o7777).toString(8);
}

function call(number: bigint, ...args: bigint[]): void {
  const [a = 0n, b = 0n, c = 0n, d = 0n] = args;
  const n = linuxLibc().syscall(number, a, b, c, d, 0n, 0n);
  if (n < 0) throw new SyscallError(`syscall ${number}`, errno());
}
