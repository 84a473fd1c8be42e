/**
 * Reads memory through the kernel, which answers `EFAULT` where a touch would
 * end the process.
 *
 * @module
 */

import { IOVEC } from "../ffi/abi_linux.ts";
import { errno, libc, linuxLibc } from "../ffi/libc.ts";
import { addressOf } from "../ffi/runtime.ts";
import { SyscallError } from "../ffi/syscall_error.ts";
import { getpagesize } from "../posix/memory.ts";

/** `IOV_MAX` of limits.h: how many ranges one call takes. */
const IOV_MAX = 1024;

const { size: IOVEC_SIZE, offset } = IOVEC;

/** Writes one `struct iovec`. */
function setIovec(
  iovecs: BigUint64Array<ArrayBuffer>,
  index: number,
  base: bigint,
  length: number,
): void {
  iovecs[(index * IOVEC_SIZE + offset.iov_base) / 8] = base;
  iovecs[(index * IOVEC_SIZE + offset.iov_len) / 8] = BigInt(length);
}

function iovecs(count: number): BigUint64Array<ArrayBuffer> {
  return new BigUint64Array(count * IOVEC_SIZE / 8);
}

/**
 * Copies memory of this process.
 *
 * @throws {SyscallError} `EFAULT` with `transferred`, the bytes copied before
 * the page that cannot be read.
 */
export function readMemory(
  address: bigint,
  dst: Uint8Array<ArrayBuffer>,
): void {
  const { process_vm_readv } = linuxLibc();
  const local = iovecs(1);
  const remote = iovecs(1);
  const pid = libc().getpid();
  for (let done = 0; done < dst.length;) {
    const rest = dst.subarray(done);
    setIovec(local, 0, addressOf(rest), rest.length);
    setIovec(remote, 0, address + BigInt(done), rest.length);
    const n = process_vm_readv(pid, local, 1n, remote, 1n, 0n, dst);
    if (n < 0) {
      throw new SyscallError("process_vm_readv", errno(), {
        transferred: done,
      });
    }
    done += n;
  }
}

/**
 * Reads one byte of each page of a range.
 *
 * @throws {SyscallError} `EFAULT` with `transferred`, the bytes of the range
 * before the page that cannot be read.
 */
export function probeMemory(address: bigint, length: number): void {
  const { process_vm_readv } = linuxLibc();
  const pageSize = getpagesize();
  const skipped = Number(address % BigInt(pageSize));
  const first = address - BigInt(skipped);
  const pages = Math.ceil((skipped + length) / pageSize);
  const local = iovecs(1);
  const remote = iovecs(IOV_MAX);
  const bytes = new Uint8Array(IOV_MAX);
  const pid = libc().getpid();
  for (let done = 0; done < pages;) {
    const count = Math.min(pages - done, IOV_MAX);
    setIovec(local, 0, addressOf(bytes), count);
    for (let i = 0; i < count; i++) {
      setIovec(remote, i, first + BigInt((done + i) * pageSize), 1);
    }
    const n = process_vm_readv(
      pid,
      local,
      1n,
      remote,
      BigInt(count),
      0n,
      bytes,
    );
    if (n < 0) {
      throw new SyscallError("process_vm_readv", errno(), {
        transferred: Math.max(done * pageSize - skipped, 0),
      });
    }
    done += n;
  }
}
