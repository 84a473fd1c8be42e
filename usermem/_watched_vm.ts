import { ESRCH } from "../posix/mod.ts";
import {
  type Iovecs,
  type Memory,
  ProcessVm,
} from "../posix/process_memory/internal.ts";
import type { Pidfd } from "./_pidfd.ts";

/**
 * Access to another process's memory until that process exits.
 *
 * process_vm_readv(2) takes a PID, which the kernel reuses after the process
 * has exited, so a pidfd is checked for every call. A read is valid if the
 * process is alive after it, and a write if the process is alive before it.
 */
export class WatchedVm extends ProcessVm implements Memory {
  readonly #process: Pidfd;

  constructor(pid: number, process: Pidfd) {
    super(pid);
    this.#process = process;
  }

  override read(ranges: Iovecs, count: number, dst: Uint8Array): number {
    const n = super.read(ranges, count, dst);
    return this.#process.alive ? n : -ESRCH;
  }

  override write(ranges: Iovecs, count: number, src: Uint8Array): number {
    return this.#process.alive ? super.write(ranges, count, src) : -ESRCH;
  }
}
