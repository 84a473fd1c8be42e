import { checkMethod, checkOptional } from "../ffi/internal.ts";
import { fault, transferredOf } from "../posix/process_memory/internal.ts";
import { type Addr, ADDR_MAX, wrap } from "./addr.ts";
import type { IO, IOOpts } from "./io.ts";
import type { IOReader, IOWriter } from "./safemem/mod.ts";

/**
 * A cursor that reads and writes memory sequentially.
 *
 * An address space has no end of file: access beyond the mapped memory fails
 * with `EFAULT`. The cursor advances by the number of bytes copied, even on an
 * error, and stops at the highest address.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { BytesIO, IOReadWriter } from "@hostkit/hostkit/usermem";
 *
 * const cursor = new IOReadWriter(new BytesIO(new Uint8Array([1, 2, 3])), 1n);
 * const dst = new Uint8Array(2);
 * assert.equal(cursor.read(dst), 2);
 * assert.deepEqual(dst, new Uint8Array([2, 3]));
 * assert.equal(cursor.addr, 3n);
 * assert.throws(() => cursor.read(dst), { code: "EFAULT" });
 * ```
 */
export class IOReadWriter implements IOReader, IOWriter {
  /** The address space. */
  io: IO;
  /** The address of the next byte. */
  addr: Addr;
  /** The options for every access. */
  opts: IOOpts | undefined;

  /**
   * Creates a cursor at an address.
   *
   * @param io The address space.
   * @param addr The address of the first byte.
   * @param opts The options for every access.
   */
  constructor(io: IO, addr: Addr, opts?: IOOpts) {
    this.io = checkMethod("io", io, "copyIn");
    this.addr = wrap(addr);
    this.opts = checkOptional("opts", opts);
  }

  /**
   * Fills a buffer and advances the cursor.
   *
   * @param dst The destination.
   * @returns The length of `dst`.
   * @throws {SyscallError} `EFAULT` if a part of the memory cannot be read.
   */
  read(dst: Uint8Array): number {
    return this.#advance(() => this.io.copyIn(this.addr, dst, this.opts));
  }

  /**
   * Writes all bytes and advances the cursor.
   *
   * @param src The bytes.
   * @returns The length of `src`.
   * @throws {SyscallError} `EFAULT` if a part of the memory cannot be written.
   */
  write(src: Uint8Array): number {
    return this.#advance(() => this.io.copyOut(this.addr, src, this.opts));
  }

  #advance(copy: () => number): number {
    try {
      const n = copy();
      this.#move(n);
      return n;
    } catch (error) {
      const n = transferredOf(error);
      throw this.#move(n) ? error : fault("IOReadWriter", ADDR_MAX, n);
    }
  }

  /** Advances the cursor; returns false if it reached the highest address. */
  #move(n: number): boolean {
    const next = wrap(this.addr) + BigInt(n);
    const fits = next <= ADDR_MAX;
    this.addr = fits ? next : ADDR_MAX;
    return fits;
  }
}
