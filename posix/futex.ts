import {
  asyncErrno,
  badNumber,
  checkInstance,
  checkNumber,
  errno,
  libc,
  linuxLibc,
  platform,
} from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { toInt } from "./_arguments.ts";
import { EAGAIN, EINTR, ETIMEDOUT } from "./constants_errno.ts";

/** The system call number of futex(2), by CPU: asm/unistd.h. */
export const SYS_FUTEX = { x86_64: 202n, aarch64: 98n };
// linux/futex.h
const FUTEX_WAIT = 0n;
const FUTEX_WAKE = 1n;

const INT_MAX = 2 ** 31 - 1;
/** The maximum timeout to pass to the kernel, in milliseconds: 24 days. */
const MAX_TIMEOUT_MS = INT_MAX;

/** The result of a wait, in the words of `Atomics.wait`. */
export type FutexOutcome = "ok" | "not-equal" | "timed-out";

/** The latest end of a wait, and its form for the kernel. */
class Deadline {
  readonly #at: number;
  /** A `struct timespec` in its own buffer, which never moves. */
  readonly #timespec = new BigInt64Array(new ArrayBuffer(16));

  constructor(timeoutMs: number) {
    this.#at = performance.now() + timeoutMs;
  }

  get isOver(): boolean {
    return performance.now() >= this.#at;
  }

  /** Returns the address of a `struct timespec` with the time that is left. */
  timespecAddress(): bigint {
    const left = Math.max(this.#at - performance.now(), 0);
    const ms = Math.min(left, MAX_TIMEOUT_MS);
    this.#timespec[0] = BigInt(Math.floor(ms / 1000));
    this.#timespec[1] = BigInt(Math.floor(ms % 1000 * 1e6));
    return libc().addressOf(this.#timespec);
  }
}

/** Returns the deadline of a timeout, or undefined if it is infinite. */
function deadlineOf(timeoutMs: number): Deadline | undefined {
  checkNumber("timeoutMs", timeoutMs);
  return timeoutMs === Infinity ? undefined : new Deadline(timeoutMs);
}

function wordAddress(words: Int32Array, index: number): bigint {
  checkInstance("words", words, Int32Array);
  // Reading `buffer` keeps the garbage collector from moving the memory.
  const { byteLength } = words.buffer;
  const last = Math.min(words.length, byteLength / words.BYTES_PER_ELEMENT) - 1;
  if (!Number.isInteger(index) || index < 0 || index > last) {
    throw badNumber("index", index, `one of ${words.length} words`);
  }
  // C accepts shared memory as well.
  const address = libc().addressOf(words as Int32Array<ArrayBuffer>);
  return address + BigInt(index * words.BYTES_PER_ELEMENT);
}

/**
 * `futex(2)` with `FUTEX_WAIT`: blocks until another thread or process calls
 * {@linkcode futexWake} for the same word.
 *
 * Unlike `Atomics.wait`, this function accepts any memory and can wait for
 * other processes that map the same pages. The event loop is blocked meanwhile.
 * For a number that changes often, {@linkcode FutexWord} is faster. Linux only.
 *
 * @param words The memory that the waiter and the waker share.
 * @param index The index of the word.
 * @param value The expected value; if the word has another, the call returns
 * `"not-equal"` immediately.
 * @param timeoutMs The maximum time to wait, in milliseconds.
 * @returns `"ok"` when woken. Spurious wakeups happen: check the word again.
 * @throws {RangeError} If `index` is not the index of a word, `value` is not a
 * 32-bit integer or `timeoutMs` is NaN.
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
      SYS_FUTEX[platform().arch],
      address,
      FUTEX_WAIT,
      expected,
      deadline?.timespecAddress() ?? 0n,
      0n,
      0n,
    );
    const outcome = outcomeOf(result === 0 ? 0 : errno(), deadline);
    if (outcome !== undefined) return outcome;
  }
}

/** Returns the result of a wait, or undefined if it must be repeated. */
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
 * Waits like {@linkcode futexWait}, but on another thread, so that the event
 * loop is not blocked.
 *
 * The program does not end before the wait does, and each wait occupies a
 * thread of the runtime's pool: set a timeout. The memory must stay mapped.
 *
 * @param words The memory that the waiter and the waker share.
 * @param index The index of the word.
 * @param value The expected value; if the word has another, the result is
 * `"not-equal"`.
 * @param timeoutMs The maximum time to wait, in milliseconds.
 * @returns A promise of the result of {@linkcode futexWait}.
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
      SYS_FUTEX[platform().arch],
      address,
      FUTEX_WAIT,
      expected,
      deadline?.timespecAddress() ?? 0n,
      0n,
      0n,
    );
    const outcome = outcomeOf(result === 0 ? 0 : asyncErrno(result), deadline);
    if (outcome !== undefined) return outcome;
  }
}

/**
 * `futex(2)` with `FUTEX_WAKE`: wakes the threads that wait for a word, in any
 * process that maps it. Linux only.
 *
 * @param words The memory that the waiter and the waker share.
 * @param index The index of the word.
 * @param count The maximum number of waiters to wake; all by default.
 * @returns The number of waiters woken.
 * @throws {RangeError} If `index` is not the index of a word, or `count` is not
 * an integer of at least 0.
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
  if (
    typeof count !== "number" || !(count >= 0) ||
    count !== Infinity && !Number.isInteger(count)
  ) {
    throw badNumber("count", count, "an integer of at least 0");
  }
  const address = wordAddress(words, index);
  // For 0 the kernel would wake one waiter.
  if (count === 0) return 0;
  const { syscall } = linuxLibc();
  const woken = syscall(
    SYS_FUTEX[platform().arch],
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
