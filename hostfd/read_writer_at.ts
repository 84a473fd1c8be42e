import { checkInstance, showState } from "../ffi/internal.ts";
import { toOffset } from "../posix/internal.ts";
import { transferredOf } from "../posix/process_memory/internal.ts";
import type { BlockSeq, Reader, Writer } from "../usermem/safemem/mod.ts";
import { toFlags, toInt } from "./_arguments.ts";
import { preadv2, pwritev2 } from "./preadv2.ts";

/** Sets an object's descriptor, offset and flags; assigned by the class. */
let point: (
  rw: ReadWriterAt,
  fd: number,
  offset: bigint,
  flags: number,
) => void;

/** Invalidates an object; assigned by the class. */
let invalidate: (rw: ReadWriterAt) => void;

/**
 * A {@linkcode Reader} and {@linkcode Writer} of a file descriptor that
 * transfers from a given offset on, one transfer after another.
 *
 * Reads and writes share one offset. {@linkcode getReadWriterAt} creates the
 * object; the caller owns the descriptor and must keep it open. For a single
 * transfer {@linkcode preadv2} and {@linkcode pwritev2} suffice.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { getReadWriterAt } from "@hostkit/hostkit/hostfd";
 * import { close, memfdCreate } from "@hostkit/hostkit/posix";
 * import { Block, BlockSeq } from "@hostkit/hostkit/safemem";
 *
 * const fd = memfdCreate("scratch", 0);
 * {
 *   using rw = getReadWriterAt(fd, 0, 0);
 *   const src = BlockSeq.of(Block.of(new Uint8Array([1, 2, 3])));
 *   assert.equal(rw.writeFromBlocks(src), 3);
 *   assert.equal(rw.writeFromBlocks(src), 3);
 *   assert.equal(rw.readToBlocks(src), null);
 * }
 * close(fd);
 * ```
 */
export class ReadWriterAt implements Reader, Writer, Disposable {
  static {
    showState(
      this,
      (rw) => ({ fd: rw.#fd, offset: rw.#offset, flags: rw.#flags }),
    );
  }

  #fd = -1;
  #offset = 0n;
  #flags = 0;

  static {
    point = (rw, fd, offset, flags) => {
      rw.#fd = fd;
      rw.#offset = offset;
      rw.#flags = flags;
    };
    invalidate = (rw) => {
      rw.#fd = -1;
    };
  }

  /**
   * Reads at the offset, as {@linkcode preadv2} does, and advances it by the
   * number of bytes read.
   *
   * @param dsts The memory to read into.
   * @returns The number of bytes read, or `null` at the end.
   * @throws {SyscallError} As preadv2(2); `EBADF` after
   * {@linkcode putReadWriterAt}.
   */
  readToBlocks(dsts: BlockSeq): number | null {
    return this.#move(() => preadv2(this.#fd, dsts, this.#offset, this.#flags));
  }

  /**
   * Writes at the offset, as {@linkcode pwritev2} does, and advances it by the
   * number of bytes written.
   *
   * @param srcs The bytes to write.
   * @returns The number of bytes written.
   * @throws {SyscallError} As pwritev2(2); `EBADF` after
   * {@linkcode putReadWriterAt}.
   */
  writeFromBlocks(srcs: BlockSeq): number {
    return this.#move(() =>
      pwritev2(this.#fd, srcs, this.#offset, this.#flags)
    );
  }

  /**
   * Calls `transfer`, and advances the offset, also by bytes moved before a
   * failure.
   */
  #move<T extends number | null>(transfer: () => T): T {
    let n: number | null = 0;
    try {
      return n = transfer();
    } catch (error) {
      n = transferredOf(error);
      throw error;
    } finally {
      if (this.#offset >= 0n) this.#offset += BigInt(n ?? 0);
    }
  }

  /** Calls {@linkcode putReadWriterAt}. */
  [Symbol.dispose](): void {
    putReadWriterAt(this);
  }
}

/**
 * Returns a {@linkcode ReadWriterAt} of a descriptor.
 *
 * @param fd The descriptor, which the caller owns and must keep open.
 * @param offset The offset of the first transfer, in bytes, or -1 for the
 * descriptor's own position at each transfer.
 * @param flags Any of the `RWF_*` constants, for each transfer.
 * @throws {RangeError} If a number is not an integer of its size.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { getReadWriterAt, HostFd } from "@hostkit/hostkit/hostfd";
 * import { Block, BlockSeq } from "@hostkit/hostkit/safemem";
 *
 * using zeroes = HostFd.open("/dev/zero");
 * using reader = getReadWriterAt(zeroes.fd, -1, 0);
 * assert.equal(reader.readToBlocks(BlockSeq.of(Block.of(new Uint8Array(9)))), 9);
 * ```
 */
export function getReadWriterAt(
  fd: number,
  offset: number | bigint,
  flags: number,
): ReadWriterAt {
  toInt("fd", fd);
  const at = toOffset(offset);
  const bits = toFlags(flags);
  const rw = new ReadWriterAt();
  point(rw, fd, at, bits);
  return rw;
}

/**
 * Detaches a {@linkcode ReadWriterAt} from its descriptor: every later transfer
 * fails with `EBADF`. A second call has no effect.
 *
 * @param rw An object from {@linkcode getReadWriterAt} that is no longer in
 * use.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { getReadWriterAt, putReadWriterAt } from "@hostkit/hostkit/hostfd";
 * import { Block, BlockSeq } from "@hostkit/hostkit/safemem";
 *
 * const rw = getReadWriterAt(0, -1, 0);
 * putReadWriterAt(rw);
 * const dsts = BlockSeq.of(Block.of(new Uint8Array(1)));
 * assert.throws(() => rw.readToBlocks(dsts), { code: "EBADF" });
 * ```
 */
export function putReadWriterAt(rw: ReadWriterAt): void {
  invalidate(checkInstance("rw", rw, ReadWriterAt));
}
