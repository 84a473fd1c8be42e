/**
 * Operations on a word of this process whose page is write-protected.
 *
 * @module
 */

import { errno, libc, linuxLibc } from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { MAP_FAILED } from "../posix/internal.ts";
import {
  close,
  EACCES,
  EFAULT,
  MREMAP_MAYMOVE,
  O_RDONLY,
  PROT_RDWR,
} from "../posix/mod.ts";
import { fault } from "../posix/process_memory/internal.ts";
import { openProcFile, readText } from "./_proc_file.ts";
import type { Addr } from "./addr.ts";
import { parseMaps } from "./memory_mapping.ts";
import { Block } from "./safemem/mod.ts";

/** `LOCK_EX` of sys/file.h. */
const LOCK_EX = 2;

/** Makes a word of this process writable for the time of an operation on it. */
export function onProtectedWord(
  call: string,
  addr: Addr,
  operate: (word: Block) => number,
): number {
  const size = BigInt(libc().getpagesize());
  const within = addr % size;
  const page = addr - within;
  // An old length of 0 makes a second mapping of shared pages; for private
  // pages it fails with EINVAL.
  const twin = linuxLibc().mremap(page, 0n, size, MREMAP_MAYMOVE, 0n);
  if (twin === MAP_FAILED) return onPrivateWord(call, page, addr, operate);
  try {
    makeWritable(call, addr, twin, size, PROT_RDWR);
    return operate(Block.at(twin + within, 4));
  } catch (error) {
    // The file ends before the page: report the address of the caller instead.
    throw (error as SyscallError).errno === EFAULT ? fault(call, addr) : error;
  } finally {
    libc().munmap(twin, size);
  }
}

/**
 * Operates on a word of a private page, whose protection is changed for the
 * time of the operation.
 */
function onPrivateWord(
  call: string,
  page: Addr,
  addr: Addr,
  operate: (word: Block) => number,
): number {
  const fd = openProcFile("self", "maps", O_RDONLY);
  try {
    // Lock out other threads: one that found the page writable meanwhile would
    // still be using it when this thread protects it again.
    if (linuxLibc().flock(fd, LOCK_EX) < 0) {
      throw new SyscallError("flock", errno());
    }
    const maps = parseMaps(readText(fd));
    const access = maps.find(({ range }) => range.contains(addr))?.access;
    if (access === undefined) throw fault(call, addr);
    if (access.write) return operate(Block.at(addr, 4));
    const size = BigInt(libc().getpagesize());
    makeWritable(call, addr, page, size, access.prot | PROT_RDWR);
    try {
      return operate(Block.at(addr, 4));
    } finally {
      libc().mprotectAt(page, size, access.prot);
    }
  } finally {
    close(fd);
  }
}

/** Changes a page's protection; `EFAULT` if the file or a seal forbids that. */
function makeWritable(
  call: string,
  addr: Addr,
  page: bigint,
  size: bigint,
  prot: number,
): void {
  if (libc().mprotectAt(page, size, prot) === 0) return;
  const reason = errno();
  throw reason === EACCES
    ? fault(call, addr)
    : new SyscallError("mprotect", reason);
}
