import {
  checkBits,
  checkBytes,
  checkU16,
  showState,
  unfit,
} from "../../ffi/internal.ts";
import { SQE } from "./_abi.ts";

const WORD = 4;
/** The offsets of the fields in an entry, in 32-bit words. */
const HEAD = SQE.offset.opcode / WORD;
const FD = SQE.offset.fd / WORD;
const OFF = SQE.offset.off / WORD;
const ADDR = SQE.offset.addr / WORD;
const LEN = SQE.offset.len / WORD;
const RW_FLAGS = SQE.offset.rw_flags / WORD;
const USER_DATA = SQE.offset.user_data / WORD;
const BUF_INDEX = SQE.offset.buf_index / WORD;
const FILE_INDEX = SQE.offset.file_index / WORD;
const ADDR3 = SQE.offset.addr3 / WORD;

const IOSQE_CQE_SKIP_SUCCESS = 0x40;

/**
 * Points the object at an entry, and resets the entry's fields; assigned by the
 * class.
 */
let begin: (
  entry: SubmissionEntry,
  at: number,
  opcode: number,
  flags: number,
  fd: number,
  id: number,
  generation: number,
) => void;

export { begin as beginEntry };

/** The index of the user data in an entry, in 32-bit words. */
export const USER_DATA_WORD: number = USER_DATA;

/**
 * A submission: the fields of `struct io_uring_sqe`.
 *
 * Each ring has one such object, for the entry queued last. All fields start at
 * 0, except those that {@linkcode RawRing.prepare} sets. The meaning of a field
 * depends on the operation: see io_uring_enter(2). Setting a field throws a
 * TypeError if the value is not a number, and a RangeError if it does not fit.
 *
 * @example Usage
 * ```ts ignore
 * import assert from "node:assert/strict";
 * import { IORING_OP_TIMEOUT, RawRing } from "@hostkit/hostkit/hostfd/uring";
 * import { addressOf } from "@hostkit/hostkit/ffi";
 *
 * using ring = new RawRing({
 *   onCompletion: (token, result) => assert.deepEqual([token, result], [7, -62]),
 * });
 * const timespec = new BigInt64Array(new ArrayBuffer(16));
 * timespec[1] = 1_000_000n;
 * const entry = ring.prepare(IORING_OP_TIMEOUT, -1, 7, timespec);
 * entry.address = addressOf(timespec);
 * entry.length = 1;
 * ring.submitAndWait();
 * ```
 */
export class SubmissionEntry {
  static {
    showState(this, (entry) => ({ id: entry.#id, at: entry.#at }));
  }

  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #size: number;
  #at = 0;
  #id = 0;

  static {
    begin = (entry, at, opcode, flags, fd, id, generation) => {
      const words = entry.#words;
      const end = at + entry.#size;
      for (let i = at + OFF; i < end; i++) words[i] = 0;
      words[at + HEAD] = opcode | flags << 8;
      words[at + FD] = fd;
      words[at + USER_DATA] = id;
      words[at + USER_DATA + 1] = generation;
      entry.#at = at;
      entry.#id = generation * 2 ** 20 + id;
    };
  }

  /**
   * @internal
   *
   * @param memory The memory of all entries.
   * @param size The size of an entry in words.
   */
  constructor(memory: Uint8Array<ArrayBuffer>, size: number) {
    this.#bytes = memory;
    this.#words = new Int32Array(memory.buffer);
    this.#size = size;
  }

  /** The id of this operation for {@linkcode RawRing.cancel}. */
  get id(): number {
    return this.#id;
  }

  /** Adds `IOSQE_*` to `flags`. */
  set flags(flags: number) {
    if (checkU16("flags", flags) > 0xff) throw unfit("flags", flags);
    if ((flags & IOSQE_CQE_SKIP_SUCCESS) !== 0) {
      throw new RangeError(
        "Cannot set IOSQE_CQE_SKIP_SUCCESS: the ring counts completions",
      );
    }
    this.#words[this.#at + HEAD]! |= flags << 8;
  }

  /** Sets `ioprio`. */
  set ioprio(value: number) {
    this.#words[this.#at + HEAD]! |= checkU16("ioprio", value) << 16;
  }

  /**
   * Sets `off`, which is also `addr2`; -1 stands for the file's own position.
   */
  set offset(value: number | bigint) {
    this.#setU64(OFF, "offset", value);
  }

  /** Sets the lower half of `off`: `cmd_op` of a driver's command. */
  set commandOp(value: number) {
    this.#words[this.#at + OFF] = checkBits("commandOp", value);
  }

  /** Sets `addr`. */
  set address(value: number | bigint) {
    this.#setU64(ADDR, "address", value);
  }

  /** Sets `len`. */
  set length(value: number) {
    this.#words[this.#at + LEN] = checkBits("length", value);
  }

  /** Sets `rw_flags`, which is also `open_flags`, `poll32_events` and so on. */
  set opFlags(value: number) {
    this.#words[this.#at + RW_FLAGS] = checkBits("opFlags", value);
  }

  /** Sets `buf_index`, which is also `buf_group`. */
  set bufferIndex(value: number) {
    this.#words[this.#at + BUF_INDEX] = checkU16("bufferIndex", value);
  }

  /** Sets `file_index`, which is also `splice_fd_in` and `addr_len`. */
  set fileIndex(value: number) {
    this.#words[this.#at + FILE_INDEX] = checkBits("fileIndex", value);
  }

  /** Sets `addr3`. */
  set address3(value: number | bigint) {
    this.#setU64(ADDR3, "address3", value);
  }

  /** The size of `cmd` in bytes: 16, or 80 in a ring with `sqe128`. */
  get commandLength(): number {
    return (this.#size - ADDR3) * WORD;
  }

  /**
   * Sets `cmd`, the data of a driver's command.
   *
   * @throws {RangeError} If it is longer than
   * {@linkcode SubmissionEntry.commandLength}.
   */
  set command(bytes: Uint8Array) {
    checkBytes("command", bytes);
    if (bytes.length > this.commandLength) {
      throw new RangeError(`Cannot send a command of ${bytes.length} bytes`);
    }
    this.#bytes.set(bytes, (this.#at + ADDR3) * WORD);
  }

  /** @internal Sets one 32-bit word of `cmd`. */
  _setCommandWord(index: number, value: number): void {
    this.#words[this.#at + ADDR3 + index] = value;
  }

  #setU64(word: number, name: string, value: number | bigint): void {
    const at = this.#at + word;
    if (typeof value === "bigint") {
      if (
        BigInt.asUintN(64, value) !== value &&
        BigInt.asIntN(64, value) !== value
      ) throw unfit(name, value, "bigint");
      this.#words[at] = Number(BigInt.asIntN(32, value));
      this.#words[at + 1] = Number(BigInt.asIntN(32, value >> 32n));
    } else {
      if (!Number.isSafeInteger(value)) throw unfit(name, value);
      this.#words[at] = value;
      this.#words[at + 1] = Math.floor(value / 2 ** 32);
    }
  }
}
