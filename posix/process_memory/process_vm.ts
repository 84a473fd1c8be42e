import { errno, libc, linuxLibc } from "../../ffi/internal.ts";
import { Iovecs, type Memory } from "./memory.ts";

/** The view's `struct iovec`; the kernel has read it when the call returns. */
const local = new Iovecs(1);

/**
 * Access to a process's memory through process_vm_readv(2) and
 * process_vm_writev(2), which honour the page protection in both processes.
 */
export class ProcessVm implements Memory {
  readonly readCall = "process_vm_readv";
  readonly writeCall = "process_vm_writev";
  readonly readAhead: number = 1024;
  readonly #pid: number;

  constructor(pid: number) {
    this.#pid = pid;
  }

  read(ranges: Iovecs, count: number, dst: Uint8Array): number {
    local.set(0, libc().addressOf(dst), dst.length);
    const n = linuxLibc().process_vm_readv(
      this.#pid,
      local.words,
      1n,
      ranges.words,
      BigInt(count),
      0n,
      dst,
    );
    return n < 0 ? -errno() : n;
  }

  write(ranges: Iovecs, count: number, src: Uint8Array): number {
    local.set(0, libc().addressOf(src), src.length);
    const n = linuxLibc().process_vm_writev(
      this.#pid,
      local.words,
      1n,
      ranges.words,
      BigInt(count),
      0n,
      src,
    );
    return n < 0 ? -errno() : n;
  }
}
