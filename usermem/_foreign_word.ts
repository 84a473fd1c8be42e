import { libc } from "../ffi/libc.ts";
import { SyscallError } from "../ffi/syscall_error.ts";
import { EACCES, EOPNOTSUPP, EPERM } from "../posix/constants_errno.ts";
import { O_RDWR } from "../posix/constants_fcntl.ts";
import { MAP_SHARED, PROT_READ, PROT_WRITE } from "../posix/constants_mman.ts";
import { close } from "../posix/fd.ts";
import { mmap, munmap } from "../posix/mapping.ts";
import { openProcFile } from "./_proc_file.ts";
import type { Addr } from "./addr.ts";
import { type MemoryMapping, parseMaps } from "./memory_mapping.ts";
import { fault } from "../posix/process_memory/errors.ts";
import { Block } from "./safemem/mod.ts";

/** Another process, and what is known of its memory. */
export interface Foreign {
  /** Its number. */
  readonly pid: number;
  /** Returns the text of /proc/PID/maps or /proc/PID/smaps. */
  read(name: "maps" | "smaps"): string;
}

/**
 * Operates on a word of another process by mapping its page here, too.
 *
 * Only shared memory can be mapped twice, and only through the links of
 * /proc/PID/map_files, which CAP_CHECKPOINT_RESTORE opens.
 *
 * @param call The operation's name, for errors.
 * @param process The process.
 * @param addr The word's address there.
 * @param force Whether it may be protected there, if only mprotect(2) keeps the
 * process from writing it.
 * @param operate The operation, on the word here.
 */
export function onForeignWord(
  call: string,
  process: Foreign,
  addr: Addr,
  force: boolean,
  operate: (word: Block) => number,
): number {
  const mapping = parseMaps(process.read("maps"))
    .find(({ range }) => range.contains(addr));
  if (mapping === undefined || !mapping.access.write && !force) {
    throw fault(call, addr);
  }
  if (!mapping.shared) {
    throw new SyscallError(call, EOPNOTSUPP, {
      hint: "the memory is the other process's alone",
    });
  }
  if (!mapping.access.write && !mayWrite(process.read("smaps"), mapping)) {
    throw fault(call, addr);
  }
  const size = libc().getpagesize();
  const within = Number(addr & BigInt(size - 1));
  const page = addr - BigInt(within);
  const offset = mapping.offset + page - mapping.range.start;
  const fd = openMapped(call, process.pid, mapping);
  try {
    const here = mmap(
      null,
      size,
      PROT_READ | PROT_WRITE,
      MAP_SHARED,
      fd,
      offset,
    );
    try {
      // The file may end before this page does.
      return operate(Block.at(here.address + BigInt(within), size - within));
    } finally {
      munmap(here.data);
    }
  } finally {
    close(fd);
  }
}

/** Returns whether a process could make a mapping writable: `mw` of proc_pid_smaps(5). */
function mayWrite(smaps: string, { range }: MemoryMapping): boolean {
  const start = range.start.toString(16).padStart(8, "0");
  const from = `\n${smaps}`.indexOf(`\n${start}-`);
  const flags = /^VmFlags:.*$/m.exec(smaps.slice(Math.max(from, 0)))?.[0];
  return from >= 0 && (flags?.split(" ").includes("mw") ?? false);
}

function openMapped(call: string, pid: number, mapping: MemoryMapping): number {
  const { start, end } = mapping.range;
  const name = `map_files/${start.toString(16)}-${end.toString(16)}`;
  try {
    return openProcFile(pid, name, O_RDWR);
  } catch (error) {
    const { errno } = error as SyscallError;
    if (errno !== EPERM && errno !== EACCES) throw error;
    const hint = "another process's memory needs CAP_CHECKPOINT_RESTORE";
    throw new SyscallError(call, EOPNOTSUPP, { hint, cause: error });
  }
}
