import type { SyscallError } from "../ffi/mod.ts";
import { ESRCH } from "../posix/mod.ts";
import type { Iovecs, Memory } from "../posix/process_memory/internal.ts";
import { MemFile } from "./_mem_file.ts";
import type { Pidfd } from "./_pidfd.ts";

/**
 * A process's memory as a debugger accesses it: through {@linkcode MemFile},
 * which is opened for each access since the process may call execve(2) at any
 * time.
 */
export class ForcedMemory implements Memory {
  readonly readCall = "pread";
  readonly writeCall = "pwrite";
  readonly readAhead = 1024;
  readonly #pid: number;
  readonly #process: Pidfd | undefined;

  /** Accesses another process, or this process if `process` is undefined. */
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
      // If the process has exited, its PID may belong to another one by now.
      return this.#process?.alive === false ? -ESRCH : move(file);
    } catch (error) {
      if ((error as SyscallError).errno !== ESRCH) throw error;
      return -ESRCH;
    }
  }
}
