import { errno, libc } from "../../ffi/libc.ts";
import { MFD_CLOEXEC } from "../../posix/constants_memfd.ts";
import { memfdCreate } from "../../posix/memfd.ts";
import { type Iovecs, type Memory, piecewise } from "./memory.ts";

/** How much of the file is ever in use, which is what it costs in memory. */
const CHUNK = 1 << 20;

/**
 * This process's memory by way of a memfd: the kernel copies between the file
 * and any address, and answers `EFAULT` where it cannot.
 *
 * For sandboxes that deny process_vm_readv(2). What the CPU can read this can
 * read too, so a write-only page is readable here and not there.
 */
export class Bounce implements Memory {
  readonly readCall = "pwrite";
  readonly writeCall = "pread";
  /** Open as long as the process lives. */
  readonly #fd: number = memfdCreate("hostkit-bounce", MFD_CLOEXEC);

  read(ranges: Iovecs, count: number, dst: Uint8Array): number {
    return piecewise(ranges, count, dst, (address, part) => {
      const n = attempt(
        address,
        part.length,
        (size) => libc().pwriteAt(this.#fd, address, size, 0n),
      );
      return n < 0 ? n : libc().pread(this.#fd, part, BigInt(n), 0n);
    });
  }

  write(ranges: Iovecs, count: number, src: Uint8Array): number {
    return piecewise(ranges, count, src, (address, part) => {
      const size = BigInt(Math.min(part.length, CHUNK));
      const n = libc().pwrite(this.#fd, part, size, 0n);
      return n < 0 ? -errno() : attempt(
        address,
        n,
        (size) => libc().preadAt(this.#fd, address, size, 0n),
      );
    });
  }
}

/**
 * Makes a call for as many bytes as it takes, and if it moves none, for those in
 * the first page: an emulated kernel may move all or nothing.
 */
function attempt(
  address: bigint,
  length: number,
  call: (size: bigint) => number,
): number {
  const n = call(BigInt(Math.min(length, CHUNK)));
  if (n >= 0) return n;
  const reason = errno();
  const pageSize = libc().getpagesize();
  const inPage = pageSize - Number(address % BigInt(pageSize));
  if (inPage >= length) return -reason;
  const fewer = call(BigInt(inPage));
  return fewer < 0 ? -errno() : fewer;
}
