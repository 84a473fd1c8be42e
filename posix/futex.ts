import { asyncErrno, errno, libc, linuxLibc } from "../ffi/libc.ts";
import { platform } from "../ffi/platform.ts";
import { SyscallError } from "../ffi/syscall_error.ts";
import { toInt } from "./_arguments.ts";
import { EAGAIN, EINTR, ETIMEDOUT } from "./constants_errno.ts";

/** The number of futex(2): asm/unistd.h. */
const FUTEX = { x86_64: 202n, aarch64: 98n };
// linux/futex.h
const FUTEX_WAIT = 0n;
const FUTEX_WAKE = 1n;

const INT_MAX = 2 ** 31 - 1;
/** The longest wait that the kernel is asked for: 24 days. */
const LONGEST_MS = INT_MAX;

/** How a wait ended; the words are those of `Atomics.wait`. */
export type FutexOutcome = "ok" | "not-equal" | "timed-out";

/** When a wait ends at the latest, and how that is told to the kernel. */
class Deadline {
  readonly #at: number;
  /** In a buffer of its own, which the garbage collector does not move. */
  readonly #timespec = new BigInt64Array(new ArrayBuffer(16));

  constructor(timeoutMs: number) {
    this.#at = performance.now() + timeoutMs;
  }

  get isOver(): boolean {
    return performance.now() >= this.#at;
  }

  /** The address of a `struct timespec` of what is left. */
  address(): bigint {
    const left = Math.max(this.#at - performance.now(), 0);
    const ms = Math.min(left, LONGEST_MS);
    this.#timespec[0] = BigInt(Math.floor(ms / 1000));
    this.#timespec[1] = BigInt(Math.floor(ms % 1000 * 1e6));
    return libc().addressOf(this.#timespec);
  }
}

/** Returns the deadline, unless it is never: that takes no reckoning. */
function deadlineOf(timeoutMs: number): Deadline | undefined {
  if (Number.isNaN(timeoutMs)) {
    throw new RangeError("Cannot wait for NaN milliseconds");
  }
  return timeoutMs === Infinity ? undefined : new Deadline(timeoutMs);
}

function wordAddress(words: Int32Array, index: number): bigint {
  // Whose buffer was asked for is no longer moved by the garbage collector.
  const { byteLength } = words.buffer;
  const last = Math.min(words.length, byteLength / words.BYTES_PER_ELEMENT) - 1;
  if (!Number.isInteger(index) || index < 0 || index > last) {
    throw new RangeError(
      `Cannot use ${index} as an index: not one of ${words.length} words`,
    );
  }
  // Shared memory has an address as any other.
  const address = libc().addressOf(words as Int32Array<ArrayBuffer>);
  return address + BigInt(index * words.BYTES_PER_ELEMENT);
}

/**
 * `futex(2)` with `FUTEX_WAIT`: blocks until another thread or process calls
 * {@linkcode futexWake} for the same word.
 *
 * Unlike `Atomics.wait` it takes any memory, and waits for other processes that
 * map the same pages. Nothing else in this thread runs meanwhile. For a number
 * that changes often, {@linkcode FutexWord} is faster. Linux only.
 *
 * @param words Memory that both have.
 * @param index Which word.
 * @param value What it is expected to be: otherwise there is no waiting.
 * @param timeoutMs How long to wait at most, in milliseconds.
 * @returns `"ok"` when woken, now and then without a reason: look at the word
 * again.
 * @throws {RangeError} If `index` is no word of `words`, `value` is not a 32-bit
 * integer or `timeoutMs` is NaN.
 * @throws {SyscallError} `EFAULT` if the memory cannot be read.
 *
 * @example Usage
 * ```ts
 * import { futexWait } from "@hostkit/hostkit/posix";
 *
 * const words = new Int32Array(1);
 * console.assert(futexWait(words, 0, 1) === "not-equal");
 * console.assert(futexWait(words, 0, 0, 1) === "timed-out");
 * ```
 */
export function futexWait(
  words: Int32Array,
  index: number,
  value: number,
  timeoutMs: number = Infinity,
): FutexOutcome {
  const { syscall } = linuxLibc();
  const address = wordAddress(words, index);
  const expected = BigInt(toInt("value", value) >>> 0);
  const deadline = deadlineOf(timeoutMs);
  while (true) {
    const result = syscall(
      FUTEX[platform().arch],
      address,
      FUTEX_WAIT,
      expected,
      deadline?.address() ?? 0n,
      0n,
      0n,
    );
    const outcome = outcomeOf(result === 0 ? 0 : errno(), deadline);
    if (outcome !== undefined) return outcome;
  }
}

/** What an error of the call means: undefined is to wait again. */
function outcomeOf(
  error: number,
  deadline: Deadline | undefined,
): FutexOutcome | undefined {
  switch (error) {
    case 0:
      return "ok";
    case EAGAIN:
      return "not-equal";
    case ETIMEDOUT:
      return deadline?.isOver ? "timed-out" : undefined;
    case EINTR:
      return undefined;
    default:
      throw new SyscallError("futex", error);
  }
}

/**
 * {@linkcode futexWait} on another thread: a promise that does not block the
 * event loop.
 *
 * The program does not end before the wait does, and each wait takes a thread
 * of the runtime's pool: a timeout is a good idea. The memory must stay mapped.
 *
 * @param words Memory that both have.
 * @param index Which word.
 * @param value What it is expected to be: otherwise there is no waiting.
 * @param timeoutMs How long to wait at most, in milliseconds.
 * @returns As {@linkcode futexWait}.
 * @throws {RangeError} As {@linkcode futexWait}.
 *
 * @example Usage
 * ```ts
 * import { futexWaitAsync, futexWake } from "@hostkit/hostkit/posix";
 *
 * const words = new Int32Array(new SharedArrayBuffer(4));
 * const woken = futexWaitAsync(words, 0, 0, 10_000);
 * Atomics.store(words, 0, 1);
 * futexWake(words, 0);
 * console.assert(["ok", "not-equal"].includes(await woken));
 * ```
 */
export async function futexWaitAsync(
  words: Int32Array,
  index: number,
  value: number,
  timeoutMs: number = Infinity,
): Promise<FutexOutcome> {
  const { syscallAsync } = linuxLibc();
  const address = wordAddress(words, index);
  const expected = BigInt(toInt("value", value) >>> 0);
  const deadline = deadlineOf(timeoutMs);
  while (true) {
    const result = await syscallAsync(
      FUTEX[platform().arch],
      address,
      FUTEX_WAIT,
      expected,
      deadline?.address() ?? 0n,
      0n,
      0n,
    );
    const outcome = outcomeOf(result === 0 ? 0 : asyncErrno(result), deadline);
    if (outcome !== undefined) return outcome;
  }
}

/**
 * `futex(2)` with `FUTEX_WAKE`: wakes who waits for a word, in any thread or
 * process that maps it. Linux only.
 *
 * @param words Memory that both have.
 * @param index Which word.
 * @param count How many to wake at most; all of them by default.
 * @returns How many were woken.
 * @throws {RangeError} If `index` is no word of `words`, or `count` is not a
 * whole number from 0 on.
 * @throws {SyscallError} `EFAULT` if the memory cannot be read.
 *
 * @example Usage
 * ```ts
 * import { futexWake } from "@hostkit/hostkit/posix";
 *
 * console.assert(futexWake(new Int32Array(1), 0) === 0);
 * ```
 */
export function futexWake(
  words: Int32Array,
  index: number,
  count: number = Infinity,
): number {
  if (!(count >= 0) || count !== Infinity && !Number.isInteger(count)) {
    throw new RangeError(`Cannot wake ${count}: not a whole number from 0 on`);
  }
  const address = wordAddress(words, index);
  // The kernel would wake one.
  if (count === 0) return 0;
  const { syscall } = linuxLibc();
  const woken = syscall(
    FUTEX[platform().arch],
    address,
    FUTEX_WAKE,
    BigInt(Math.min(count, INT_MAX)),
    0n,
    0n,
    0n,
  );
  if (woken < 0) throw new SyscallError("futex", errno());
  return woken;
}
