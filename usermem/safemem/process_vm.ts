import { errno, libc, linuxLibc } from "../../ffi/libc.ts";
import type { Iovecs, Memory } from "./memory.ts";

/** The view's `struct iovec`; the kernel has read it when the call returns. */
const local: Iovecs = new BigUint64Array(2);

function iovecOf(view: Uint8Array): Iovecs {
  local[0] = libc().addressOf(view);
  local[1] = BigInt(view.length);
  return local;
}

/**
 * A process's memory through process_vm_readv(2) and process_vm_writev(2),
 * which honour the protection of its pages, and of this process's too.
 */
export class ProcessVm implements Memory {
  readonly readCall = "process_vm_readv";
  readonly writeCall = "process_vm_writev";
  readonly #pid: number;

  constructor(pid: number) {
    this.#pid = pid;
  }

  read(ranges: Iovecs, count: number, dst: Uint8Array): number {
    const n = linuxLibc().process_vm_readv(
      this.#pid,
      iovecOf(dst),
      1n,
      ranges,
      BigInt(count),
      0n,
      dst,
    );
    return n < 0 ? -errno() : n;
  }

  write(ranges: Iovecs, count: number, src: Uint8Array): number {
    const n = linuxLibc().process_vm_writev(
      this.#pid,
      iovecOf(src),
      1n,
      ranges,
      BigInt(count),
      0n,
      src,
    );
    return n < 0 ? -errno() : n;
  }
}
