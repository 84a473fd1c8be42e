import type { SyscallError } from "../ffi/syscall_error.ts";
import { ESRCH } from "../posix/constants_errno.ts";
import { MemFile } from "./_mem_file.ts";
import type { Pidfd } from "./_pidfd.ts";
import type { Iovecs, Memory } from "../posix/process_memory/memory.ts";

/**
 * A process's memory as its debugger has it: {@linkcode MemFile}, opened for
 * each access, since the process may execute another program any time.
 */
export class ForcedMemory implements Memory {
  readonly readCall = "pread";
  readonly writeCall = "pwrite";
  readonly readAhead = 1024;
  readonly #pid: number;
  readonly #process: Pidfd | undefined;

  /** With a process it is another one, which may be gone. */
  constructor(pid: number, process: Pidfd | undefined) {
    this.#pid = pid;
    this.#process = process;
  }

  read(ranges: Iovecs, count: number, dst: Uint8Array): number {
    return this.#move((file) => file.read(ranges, count, dst));
  }

  write(ranges: Iovecs, count: number, src: Uint8Array): number {
    return this.#move((file) => file.write(ranges, count, src));
  }

  #move(move: (file: MemFile) => number): number {
    try {
      using file = new MemFile(
        this.#process === undefined ? "self" : this.#pid,
      );
      // The file may be the next process's of that number.
      return this.#process?.alive === false ? -ESRCH : move(file);
    } catch (error) {
      if ((error as SyscallError).errno !== ESRCH) throw error;
      return -ESRCH;
    }
  }
}
