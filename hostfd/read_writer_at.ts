import { showState } from "../ffi/show_state.ts";
import { toOffset } from "../posix/offset.ts";
import type { BlockSeq, Reader, Writer } from "../usermem/safemem/mod.ts";
import { transferredOf } from "../posix/process_memory/errors.ts";
import { toFlags, toInt } from "./_arguments.ts";
import { preadv2, pwritev2 } from "./preadv2.ts";

/** Points an object at a place in a file; set by the class. */
let point: (
  rw: ReadWriterAt,
  fd: number,
  offset: bigint,
  flags: number,
) => void;

/** Takes the descriptor away. */
let poison: (rw: ReadWriterAt) => void;

/**
 * A {@linkcode Reader} and {@linkcode Writer} of a host file descriptor, one
 * transfer after the other from a place in the file on.
 *
 * Reads and writes share the one offset. Get it from
 * {@linkcode getReadWriterAt}; the descriptor stays the caller's, and must stay
 * open. For a single transfer {@linkcode preadv2} and {@linkcode pwritev2} do.
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
    poison = (rw) => {
      rw.#fd = -1;
    };
  }

  /**
   * Reads at the offset, as {@linkcode preadv2} does, and moves it by what was
   * read.
   *
   * @param dsts Where the bytes go.
   * @returns The number of bytes read, or `null` at the end.
   * @throws {SyscallError} As preadv2(2); `EBADF` once put back.
   */
  readToBlocks(dsts: BlockSeq): number | null {
    return this.#move(() => preadv2(this.#fd, dsts, this.#offset, this.#flags));
  }

  /**
   * Writes at the offset, as {@linkcode pwritev2} does, and moves it by what
   * was written.
   *
   * @param srcs Where the bytes come from.
   * @returns The number of bytes written.
   * @throws {SyscallError} As pwritev2(2); `EBADF` once put back.
   */
  writeFromBlocks(srcs: BlockSeq): number {
    return this.#move(() =>
      pwritev2(this.#fd, srcs, this.#offset, this.#flags)
    );
  }

  /** Makes a transfer; what moved before a failure moves the offset too. */
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
 * Returns a {@linkcode ReadWriterAt}.
 *
 * @param fd The descriptor, which stays the caller's and must stay open.
 * @param offset Where the first transfer starts, in bytes, or -1 for the
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
 * Takes the descriptor of a {@linkcode ReadWriterAt} away for good: every
 * transfer after this fails with `EBADF`. A second call is harmless.
 *
 * @param rw What {@linkcode getReadWriterAt} returned, no longer in use.
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
  poison(rw);
}
