import { checkMethod, checkOptional, decodeBytes } from "../ffi/internal.ts";
import { SyscallError, type SyscallErrorOptions } from "../ffi/mod.ts";
import { ENAMETOOLONG } from "../posix/mod.ts";
import {
  checkCount,
  fault,
  hex,
  transferredOf,
  withTransferred,
} from "../posix/process_memory/internal.ts";
import { addLength, type Addr, PAGE_SIZE, pageOffset, wrap } from "./addr.ts";
import type { IO, IOOpts } from "./io.ts";

/** The maximum number of bytes of a string to read at once. */
export const COPY_STRING_INCREMENT = 64;

/** The initial size of the buffer for a string, in bytes. */
const FIRST_ROOM = 256;

/**
 * The error of a string that could not be read to its end.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { BytesIO, copyStringIn, PartialStringError } from "@hostkit/hostkit/usermem";
 *
 * try {
 *   copyStringIn(new BytesIO(new TextEncoder().encode("hello")), 0n, 100);
 * } catch (error) {
 *   assert(error instanceof PartialStringError);
 *   assert.equal(error.code, "EFAULT");
 *   assert.equal(error.partial, "hello");
 * }
 * ```
 */
export class PartialStringError extends SyscallError {
  /** The part of the string that was read. */
  readonly partial: string;

  /**
   * Creates the error of a string.
   *
   * @param syscall The call that failed.
   * @param errno The positive error number.
   * @param partial The part of the string that was read.
   * @param options The length of that part in bytes, a hint and a cause.
   */
  constructor(
    syscall: string,
    errno: number,
    partial: string,
    options?: SyscallErrorOptions,
  ) {
    super(syscall, errno, options);
    this.partial = partial;
  }
}

/**
 * Copies a NUL-terminated string from memory.
 *
 * The string is read in small steps that never access the page after the NUL. A
 * byte that is not UTF-8 becomes the lone surrogate U+DC00 + byte.
 *
 * @param io The address space.
 * @param addr The address of the first byte.
 * @param maxLength The maximum number of bytes to read, including the NUL.
 * @param opts Options.
 * @returns The string, without the NUL.
 * @throws {PartialStringError} `EFAULT` if the memory before the NUL cannot be
 * read; `ENAMETOOLONG` if the first `maxLength` bytes have no NUL. The error's
 * `partial` is the part of the string that was read, and `transferred` its
 * length in bytes.
 * @throws {RangeError} If `maxLength` is not an integer from 0 to 2^53 - 1.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { BytesIO, copyStringIn } from "@hostkit/hostkit/usermem";
 *
 * const io = new BytesIO(new TextEncoder().encode("hello\0world"));
 * assert.equal(copyStringIn(io, 0n, 100), "hello");
 * assert.throws(() => copyStringIn(io, 0n, 3), { code: "ENAMETOOLONG", partial: "hel" });
 * assert.throws(() => copyStringIn(io, 6n, 100), { code: "EFAULT", partial: "world" });
 * ```
 */
export function copyStringIn(
  io: IO,
  addr: Addr,
  maxLength: number,
  opts?: IOOpts,
): string {
  checkMethod("io", io, "copyIn");
  checkOptional("opts", opts);
  checkCount(maxLength);
  let room = new Uint8Array(Math.min(maxLength, FIRST_ROOM));
  let done = 0;
  for (let at = wrap(addr); done < maxLength;) {
    const length = stepLength(
      at,
      Math.min(COPY_STRING_INCREMENT, maxLength - done),
    );
    if (length === 0) {
      throw partialError(fault("copyStringIn", at), at, room, done);
    }
    if (done + length > room.length) {
      room = grow(room, done + length, maxLength);
    }
    const step = room.subarray(done, done + length);
    let n = length;
    let stop: unknown;
    try {
      io.copyIn(at, step, opts);
    } catch (error) {
      stop = error;
      n = transferredOf(error);
    }
    const nul = step.subarray(0, n).indexOf(0);
    if (nul >= 0) return decodeBytes(room.subarray(0, done + nul));
    done += n;
    if (stop !== undefined) {
      throw partialError(stop, at + BigInt(n), room, done);
    }
    at += BigInt(length);
  }
  throw new PartialStringError(
    "copyStringIn",
    ENAMETOOLONG,
    decodeBytes(room),
    { transferred: done },
  );
}

/** Returns how many of `length` bytes are in one page; 0 if they wrap around. */
function stepLength(at: Addr, length: number): number {
  return addLength(at, length) === undefined
    ? 0
    : Math.min(length, PAGE_SIZE - pageOffset(at));
}

function grow(
  room: Uint8Array<ArrayBuffer>,
  length: number,
  maxLength: number,
): Uint8Array<ArrayBuffer> {
  const size = Math.min(Math.max(2 * room.length, length), maxLength);
  const larger = new Uint8Array(size);
  larger.set(room);
  return larger;
}

/** Creates the error of a partial string from the error of an IO. */
function partialError(
  error: unknown,
  at: Addr,
  room: Uint8Array,
  done: number,
): unknown {
  if (!(error instanceof SyscallError)) return withTransferred(error, done);
  return new PartialStringError(
    error.syscall,
    error.errno,
    decodeBytes(room.subarray(0, done)),
    { transferred: done, hint: `at ${hex(at)}`, cause: error },
  );
}
