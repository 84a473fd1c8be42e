import { errno, libc } from "../../ffi/libc.ts";
import { F_SEAL_SHRINK } from "../constants_fcntl.ts";
import { MFD_ALLOW_SEALING, MFD_CLOEXEC } from "../constants_memfd.ts";
import { MAP_SHARED, PROT_RDWR } from "../constants_mman.ts";
import { close, ftruncate } from "../fd.ts";
import { mmap, munmap } from "../mapping.ts";
import { addSeals, memfdCreate } from "../memfd.ts";
import { type Iovecs, type Memory, piecewise } from "./memory.ts";

/** The size of the file, and the most that moves at once. */
const CHUNK = 1 << 20;

/**
 * This process's memory by way of a memfd that is mapped here: the kernel copies
 * between the file and any address, and answers `EFAULT` where it cannot.
 *
 * For sandboxes that deny process_vm_readv(2), and for many ranges at once.
 * What the CPU can read this can read too, so a write-only page is readable
 * here and not there.
 */
export class Bounce implements Memory {
  readonly readCall = "pwrite";
  readonly writeCall = "pread";
  readonly readAhead = 0;
  #fd: number;
  /** What is in the file. */
  readonly #bytes: Uint8Array<ArrayBuffer>;

  constructor() {
    const flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    const fd = this.#fd = memfdCreate("hostkit-bounce", flags);
    try {
      ftruncate(fd, CHUNK);
      // Nobody can take the pages from under the mapping.
      addSeals(fd, F_SEAL_SHRINK);
      this.#bytes = mmap(null, CHUNK, PROT_RDWR, MAP_SHARED, fd, 0).data;
    } catch (error) {
      close(fd);
      throw error;
    }
  }

  /** Returns a new one, if there can be one now. */
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
      const n = attempt(
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
      return attempt(
        address,
        part.length,
        (size) => libc().preadAt(this.#fd, address, size, 0n),
      );
    });
  }

  /**
   * Reads with one call for all ranges, which have {@linkcode CHUNK} bytes at
   * most.
   *
   * @returns The number of bytes, or nothing above 0 where a page in the way
   * wants a closer look.
   */
  gather(ranges: Iovecs, count: number, dst: Uint8Array): number {
    const n = libc().pwritev(this.#fd, ranges.words, count, 0n);
    if (n > 0) dst.set(this.#bytes.subarray(0, n));
    return n;
  }

  /** Writes with one call for all ranges, as {@linkcode Bounce.gather} reads. */
  scatter(ranges: Iovecs, count: number, src: Uint8Array): number {
    this.#bytes.set(src);
    return libc().preadv(this.#fd, ranges.words, count, 0n);
  }

  /** Gives the file up; twice is harmless. */
  close(): void {
    if (this.#fd < 0) return;
    munmap(this.#bytes);
    close(this.#fd);
    this.#fd = -1;
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
