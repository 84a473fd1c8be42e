import { libc } from "../ffi/libc.ts";
import { SyscallError } from "../ffi/syscall_error.ts";
import { EACCES, EOPNOTSUPP, EPERM } from "../posix/constants_errno.ts";
import { O_RDWR } from "../posix/constants_fcntl.ts";
import { MAP_SHARED, PROT_READ, PROT_WRITE } from "../posix/constants_mman.ts";
import { close } from "../posix/fd.ts";
import { mmap, munmap } from "../posix/mapping.ts";
import { openProcFile } from "./_proc_file.ts";
import type { Addr } from "./addr.ts";
import type { MemoryMapping } from "./memory_mapping.ts";
import { fault } from "../posix/process_memory/errors.ts";
import { Block } from "./safemem/mod.ts";

/**
 * Operates on a word of another process by mapping its page here, too.
 *
 * Only shared memory can be mapped twice, and only through the links of
 * /proc/PID/map_files, which CAP_CHECKPOINT_RESTORE opens.
 *
 * @param call The operation's name, for errors.
 * @param pid The process.
 * @param maps Its mappings.
 * @param addr The word's address there.
 * @param operate The operation, on the word here.
 */
export function onForeignWord(
  call: string,
  pid: number,
  maps: readonly MemoryMapping[],
  addr: Addr,
  operate: (word: Block) => number,
): number {
  const mapping = maps.find(({ range }) => range.contains(addr));
  if (!mapping?.access.write) throw fault(call, addr);
  if (!mapping.shared) {
    throw new SyscallError(call, EOPNOTSUPP, {
      hint: "the memory is the other process's alone",
    });
  }
  const size = libc().getpagesize();
  const within = Number(addr & BigInt(size - 1));
  const page = addr - BigInt(within);
  const offset = mapping.offset + page - mapping.range.start;
  const fd = openMapped(call, pid, mapping);
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
