import { checkMethod } from "../ffi/check.ts";
import { type Addr, ADDR_MAX, wrap } from "./addr.ts";
import type { IO, IOOpts } from "./io.ts";
import { fault, transferredOf } from "../posix/process_memory/errors.ts";
import type { IOReader, IOWriter } from "./safemem/mod.ts";

/**
 * A cursor that reads and writes memory from an address on.
 *
 * An address space has no end of file: past the mapped memory is `EFAULT`. The
 * cursor moves over what was copied, failure or not, and stays at the highest
 * address when it comes to 2^64.
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
  /** The options of every access. */
  opts: IOOpts | undefined;

  /**
   * Puts a cursor at an address.
   *
   * @param io The address space.
   * @param addr The address of the first byte.
   * @param opts The options of every access.
   */
  constructor(io: IO, addr: Addr, opts?: IOOpts) {
    this.io = checkMethod("io", io, "copyIn");
    this.addr = wrap(addr);
    this.opts = opts;
  }

  /**
   * Fills a buffer and moves on.
   *
   * @param dst Where the bytes go.
   * @returns The length of `dst`.
   * @throws {SyscallError} `EFAULT` where the memory cannot be read.
   */
  read(dst: Uint8Array): number {
    return this.#advance(() => this.io.copyIn(this.addr, dst, this.opts));
  }

  /**
   * Writes all of some bytes and moves on.
   *
   * @param src The bytes.
   * @returns The length of `src`.
   * @throws {SyscallError} `EFAULT` where the memory cannot be written.
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

  /** Moves the cursor; returns whether it could. */
  #move(n: number): boolean {
    const next = wrap(this.addr) + BigInt(n);
    const fits = next <= ADDR_MAX;
    this.addr = fits ? next : ADDR_MAX;
    return fits;
  }
}
