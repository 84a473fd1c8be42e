import { ESRCH } from "../posix/constants_errno.ts";
import type { Pidfd } from "./_pidfd.ts";
import type { Iovecs, Memory } from "../posix/process_memory/memory.ts";
import { ProcessVm } from "../posix/process_memory/process_vm.ts";

/**
 * Another process's memory, as long as it is that process.
 *
 * process_vm_readv(2) takes a number that the kernel gives to a new process once
 * the old one is gone, so every call is checked against the pidfd: what was read
 * is good if the process lives after it, what is written if it lives before.
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
