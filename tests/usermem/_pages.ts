/**
 * Memory laid out page by page, with what faults among it.
 *
 * @module
 */

import { libc, linuxLibc } from "../../ffi/libc.ts";
import {
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_PRIVATE,
  MAP_SHARED,
  PROT_EXEC,
  PROT_NONE,
  PROT_READ,
  PROT_WRITE,
} from "../../posix/constants_mman.ts";

/** The size of a page, in bytes. */
export const PAGE = libc().getpagesize();

const PROTECTIONS: Readonly<Record<string, number>> = {
  "---": PROT_NONE,
  "r--": PROT_READ,
  "-w-": PROT_WRITE,
  "--x": PROT_EXEC,
  "rw-": PROT_READ | PROT_WRITE,
  "r-x": PROT_READ | PROT_EXEC,
};

/**
 * Pages in a row, with an inaccessible one before and after.
 *
 * A page is given by its protection, or as `hole` (nothing is mapped), `sigbus` (a
 * shared file that ends before the page) or `ro-shared` (a shared file, read only).
 */
export class Pages implements Disposable {
  /** The address of the first page. */
  readonly address: bigint;
  readonly #count: number;

  constructor(kinds: readonly string[]) {
    this.#count = kinds.length + 2;
    this.address = map(lonelyPlace(), this.#count, PROT_NONE) + BigInt(PAGE);
    kinds.forEach((kind, i) => this.#make(kind, this.at(i)));
  }

  /** Returns the address of a page, or of a byte behind its start. */
  at(page: number, offset: number = 0): bigint {
    return this.address + BigInt(page * PAGE + offset);
  }

  #make(kind: string, address: bigint): void {
    if (kind === "hole") {
      libc().munmap(address, BigInt(PAGE));
    } else if (kind === "sigbus") {
      mapFile(address, 0, PROT_READ | PROT_WRITE);
    } else if (kind === "ro-shared") {
      mapFile(address, PAGE, PROT_READ);
    } else {
      map(address, 1, PROTECTIONS[kind]!, MAP_FIXED);
    }
  }

  [Symbol.dispose](): void {
    libc().munmap(this.at(-1), BigInt(this.#count * PAGE));
  }
}

/**
 * Returns an address far below where the kernel places mappings by itself, so
 * that no other thread gets memory where a hole has been made.
 */
function lonelyPlace(): bigint {
  const [page] = crypto.getRandomValues(new Uint32Array(1));
  return 2n ** 40n + BigInt(page!) * BigInt(PAGE);
}

function map(
  address: bigint,
  pages: number,
  prot: number,
  fixed = 0,
): bigint {
  const flags = MAP_PRIVATE | MAP_ANONYMOUS | fixed;
  return libc().mmap(address, BigInt(pages * PAGE), prot, flags, -1, 0n);
}

function mapFile(address: bigint, size: number, prot: number): void {
  const fd = linuxLibc().memfd_create(new TextEncoder().encode("pages\0"), 1);
  libc().ftruncate(fd, BigInt(size));
  libc().mmap(address, BigInt(PAGE), prot, MAP_SHARED | MAP_FIXED, fd, 0n);
  libc().close(fd);
}
