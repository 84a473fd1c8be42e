import { getpagesize } from "../posix/mod.ts";
import {
  failure,
  Iovecs,
  ownMemory,
  UIO_MAXIOV,
} from "../posix/process_memory/internal.ts";

/**
 * Checks that the pages of a range can be read, by reading one byte of each
 * through the kernel.
 *
 * @throws {SyscallError} `EFAULT`, whose `transferred` is the number of bytes
 * of the range before the first page that cannot be read.
 */
export function probeMemory(address: bigint, length: number): void {
  const memory = ownMemory();
  const pageSize = getpagesize();
  const skipped = Number(address % BigInt(pageSize));
  const first = address - BigInt(skipped);
  const pages = Math.ceil((skipped + length) / pageSize);
  const ranges = new Iovecs(Math.min(pages, UIO_MAXIOV));
  const bytes = new Uint8Array(Math.min(pages, UIO_MAXIOV));
  for (let done = 0; done < pages;) {
    const count = Math.min(pages - done, UIO_MAXIOV);
    for (let i = 0; i < count; i++) {
      ranges.set(i, first + BigInt((done + i) * pageSize), 1);
    }
    const n = memory.read(ranges, count, bytes.subarray(0, count));
    if (n <= 0) {
      const before = Math.max(done * pageSize - skipped, 0);
      throw failure(memory.readCall, n, ranges.address(0), before);
    }
    done += n;
  }
}
