import { errno, libc } from "../../ffi/internal.ts";
import { F_SEAL_SHRINK } from "../constants_fcntl.ts";
import { MFD_ALLOW_SEALING, MFD_CLOEXEC } from "../constants_memfd.ts";
import { MAP_SHARED, PROT_RDWR } from "../constants_mman.ts";
import { close, ftruncate } from "../fd.ts";
import { mmap, munmap } from "../mapping.ts";
import { addSeals, memfdCreate } from "../memfd.ts";
import { type Iovecs, type Memory, piecewise } from "./memory.ts";

/** The size of the file, and so the maximum size of one transfer, in bytes. */
const CHUNK = 1 << 20;

/**
 * Access to this process's memory through a mapped memfd: the kernel copies
 * between the file and any address, and fails with `EFAULT` if it cannot.
 *
 * It serves sandboxes that deny process_vm_readv(2), and transfers of many
 * ranges. It can read all memory that the CPU can read. So it can read a
 * write-only page, which process_vm_readv(2) cannot.
 */
export class Bounce implements Memory {
  readonly readCall = "pwrite";
  readonly writeCall = "pread";
  readonly readAhead = 0;
  #fd: number;
  /** The mapped contents of the file. */
  readonly #bytes: Uint8Array<ArrayBuffer>;

  constructor() {
    const flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    const fd = this.#fd = memfdCreate("hostkit-bounce", flags);
    try {
      ftruncate(fd, CHUNK);
      // No process can shrink the file and so invalidate the mapping.
      addSeals(fd, F_SEAL_SHRINK);
      this.#bytes = mmap(null, CHUNK, PROT_RDWR, MAP_SHARED, fd, 0).data;
    } catch (error) {
      close(fd);
      throw error;
    }
  }

  /** Creates an instance, or returns undefined if the system forbids that. */
  static open(): Bounce | undefined {
    try {
      return new Bounce();
    } catch {
      return undefined;
    }
  }

  read(ranges: Iovecs, count: number, dst: Uint8Array): number {
    if (count > 1 && dst.length <= CHUNK) {
      const n = this.gather(ranges, count, dst);
      if (n > 0) return n;
    }
    return piecewise(ranges, count, dst, (address, part) => {
      const n = moveSome(
        address,
        part.length,
        (size) => libc().pwriteAt(this.#fd, address, size, 0n),
      );
      if (n > 0) part.set(this.#bytes.subarray(0, n));
      return n;
    });
  }

  write(ranges: Iovecs, count: number, src: Uint8Array): number {
    if (count > 1 && src.length <= CHUNK) {
      const n = this.scatter(ranges, count, src);
      if (n > 0) return n;
    }
    return piecewise(ranges, count, src, (address, part) => {
      this.#bytes.set(part.subarray(0, CHUNK));
      return moveSome(
        address,
        part.length,
        (size) => libc().preadAt(this.#fd, address, size, 0n),
      );
    });
  }

  /**
   * Reads all ranges, of together at most {@linkcode CHUNK} bytes, with one
   * system call.
   *
   * @returns The number of bytes; 0 or less if a page cannot be read, in which
   * case the caller must read the ranges one by one.
   */
  gather(ranges: Iovecs, count: number, dst: Uint8Array): number {
    const n = libc().pwritev(this.#fd, ranges.words, count, 0n);
    if (n > 0) dst.set(this.#bytes.subarray(0, n));
    return n;
  }

  /** Writes all ranges with one call, as {@linkcode Bounce.gather} reads them. */
  scatter(ranges: Iovecs, count: number, src: Uint8Array): number {
    this.#bytes.set(src);
    return libc().preadv(this.#fd, ranges.words, count, 0n);
  }

  /** Unmaps and closes the file; calling this again is harmless. */
  close(): void {
    if (this.#fd < 0) return;
    munmap(this.#bytes);
    close(this.#fd);
    this.#fd = -1;
  }
}

/**
 * Transfers up to {@linkcode CHUNK} bytes with one call. If that fails, tries
 * the bytes in the first page: an emulated kernel may transfer all or nothing.
 */
function moveSome(
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
