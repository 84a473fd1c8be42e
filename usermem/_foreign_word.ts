import { libc } from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import {
  close,
  EACCES,
  EOPNOTSUPP,
  EPERM,
  MAP_SHARED,
  mmap,
  munmap,
  O_RDWR,
  PROT_READ,
  PROT_WRITE,
} from "../posix/mod.ts";
import { fault } from "../posix/process_memory/internal.ts";
import { openProcFile } from "./_proc_file.ts";
import type { Addr } from "./addr.ts";
import { type MemoryMapping, parseMaps } from "./memory_mapping.ts";
import { Block } from "./safemem/mod.ts";

/** Another process, with access to its files in /proc. */
export interface ForeignProcess {
  /** The process ID. */
  readonly pid: number;
  /** Returns the text of /proc/PID/maps or /proc/PID/smaps. */
  read(name: "maps" | "smaps"): string;
}

/** A word of another process, and the operation on it. */
export interface ForeignWord {
  /** The name of the operation, for errors. */
  readonly call: string;
  /** The process. */
  readonly process: ForeignProcess;
  /** The address of the word in that process. */
  readonly addr: Addr;
  /** Whether to write the word even if mprotect(2) forbids it in the process. */
  readonly force: boolean;
}

/**
 * Operates on a word of another process by mapping its page into this process.
 *
 * Only shared memory can be mapped a second time, and only through the links in
 * /proc/PID/map_files, which require CAP_CHECKPOINT_RESTORE.
 *
 * @param word The word.
 * @param operate The operation on the word in this process.
 */
export function onForeignWord(
  { call, process, addr, force }: ForeignWord,
  operate: (word: Block) => number,
): number {
  const mapping = parseMaps(process.read("maps"))
    .find(({ range }) => range.contains(addr));
  if (mapping === undefined || !mapping.access.write && !force) {
    throw fault(call, addr);
  }
  if (!mapping.shared) {
    throw new SyscallError(call, EOPNOTSUPP, {
      hint: "private memory of another process",
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
      // The file may end before this page, so the Block needs system calls.
      return operate(Block.at(here.address + BigInt(within), size - within));
    } finally {
      munmap(here.data);
    }
  } finally {
    close(fd);
  }
}

/** Returns whether mprotect(2) may allow writing: `mw` of proc_pid_smaps(5). */
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
    const hint = "CAP_CHECKPOINT_RESTORE is required for another process";
    throw new SyscallError(call, EOPNOTSUPP, { hint, cause: error });
  }
}
