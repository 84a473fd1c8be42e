import {
  badNumber,
  checkInstance,
  checkNumber,
  libc,
  showState,
  toInt,
  toUnsigned,
} from "../ffi/internal.ts";
import { futexWait, futexWaitAsync, futexWake } from "./futex.ts";

/** The number of times to read a word before yielding: some microseconds. */
const SPINS = 1000;
/** The number of times to yield the CPU before the thread sleeps. */
const YIELDS = 2;
/** The number of waits in a row that may spin in vain before spinning stops. */
const MAX_VAIN_SPINS = 2;
/** The number of waits after which spinning is tried again. */
const SPIN_RETRY_INTERVAL = 256;

/**
 * A number in shared memory, with a fast way to wait until it changes.
 *
 * {@linkcode futexWait} and {@linkcode futexWake} make a system call each time.
 * This class spins on the word for some microseconds before the thread sleeps,
 * and a change makes a system call only if a thread sleeps. For this, the
 * memory has a second word that counts the sleeping threads. Every thread and
 * process that uses the number must use this class. For a number that no thread
 * waits for, a plain word is faster.
 *
 * A process that is killed while it waits stays counted; the only effect is
 * that later changes always make the system call. Linux only.
 *
 * @example A question and an answer
 * ```ts
 * import { FutexWord } from "@hostkit/hostkit/posix";
 *
 * // Each has its own cache line of 64 bytes, to avoid false sharing.
 * const words = new Int32Array(new SharedArrayBuffer(128));
 * const question = new FutexWord(words, 0);
 * const answer = new FutexWord(words, 16);
 *
 * answer.store(42); // another thread or process, once question has changed
 * question.store(1);
 * console.assert(answer.waitWhile(0) === 42);
 * ```
 */
export class FutexWord {
  static {
    showState(this, (word) => ({ value: word.value, index: word.#index }));
  }

  readonly #words: Int32Array;
  readonly #index: number;
  /** The number of waits in a row that ended only after yielding the CPU. */
  #yielded = 0;

  /**
   * Uses two words of memory, which must be 0 at first.
   *
   * @param words The shared memory, such as a shared mapping.
   * @param index The index of the number; the next word counts the sleepers.
   * @throws {RangeError} If `words` does not have both words.
   */
  constructor(words: Int32Array, index: number = 0) {
    checkInstance("words", words, Int32Array);
    if (!Number.isInteger(index) || index < 0 || index + 2 > words.length) {
      const wanted = `the first of two words of ${words.length}`;
      throw badNumber("index", index, wanted);
    }
    this.#words = words;
    this.#index = index;
  }

  /** The number. */
  get value(): number {
    return Atomics.load(this.#words, this.#index);
  }

  /**
   * Sets the number, as `Atomics.store` does, and wakes all waiters.
   *
   * @throws {RangeError} If `value` is not a 32-bit integer.
   */
  store(value: number): void {
    Atomics.store(this.#words, this.#index, toUnsigned("value", value));
    this.#wake();
  }

  /**
   * Adds to the number, as `Atomics.add` does, and wakes all waiters.
   *
   * @returns The number before the addition.
   * @throws {RangeError} As {@linkcode FutexWord.store}.
   */
  add(value: number): number {
    const before = Atomics.add(
      this.#words,
      this.#index,
      toUnsigned("value", value),
    );
    this.#wake();
    return before;
  }

  /**
   * Waits while the number is `value`, and blocks the event loop meanwhile.
   *
   * @param value The value last seen.
   * @param timeoutMs The maximum time to wait, in milliseconds.
   * @returns The number, which is still `value` after a timeout.
   * @throws {RangeError} If `value` is not a 32-bit integer or `timeoutMs` is
   * NaN.
   */
  waitWhile(value: number, timeoutMs: number = Infinity): number {
    toInt("value", value);
    checkNumber("timeoutMs", timeoutMs);
    const seen = this.#spin(value);
    if (seen !== value || timeoutMs <= 0) return seen;
    const end = performance.now() + timeoutMs;
    using _sleep = this.#countSleeper();
    while (this.value === value) {
      const left = end - performance.now();
      if (futexWait(this.#words, this.#index, value, left) === "timed-out") {
        break;
      }
    }
    return this.value;
  }

  /**
   * Waits like {@linkcode FutexWord.waitWhile}, but on another thread, which is
   * slower but does not block the event loop. See {@linkcode futexWaitAsync}.
   *
   * @param value The value last seen.
   * @param timeoutMs The maximum time to wait, in milliseconds.
   * @returns A promise of the number, which is still `value` after a timeout.
   * @throws {RangeError} As {@linkcode FutexWord.waitWhile}.
   *
   * @example Usage
   * ```ts
   * import { FutexWord } from "@hostkit/hostkit/posix";
   *
   * const word = new FutexWord(new Int32Array(2));
   * const changed = word.waitWhileAsync(0, 10_000);
   * word.store(1);
   * console.assert(await changed === 1);
   * ```
   */
  async waitWhileAsync(
    value: number,
    timeoutMs: number = Infinity,
  ): Promise<number> {
    toInt("value", value);
    checkNumber("timeoutMs", timeoutMs);
    const end = performance.now() + timeoutMs;
    using _sleep = this.#countSleeper();
    while (this.value === value) {
      const left = end - performance.now();
      const outcome = await futexWaitAsync(
        this.#words,
        this.#index,
        value,
        left,
      );
      if (outcome === "timed-out") break;
    }
    return this.value;
  }

  /** Reads the number until it is not `value`, but only for a short while. */
  #spin(value: number): number {
    const words = this.#words;
    const index = this.#index;
    let seen = Atomics.load(words, index);
    if (this.#yielded < MAX_VAIN_SPINS) {
      for (let i = 0; i < SPINS && seen === value; i++) {
        seen = Atomics.load(words, index);
      }
      if (seen !== value) this.#yielded = 0;
    }
    for (let i = 0; i < YIELDS && seen === value; i++) {
      libc().sched_yield();
      seen = Atomics.load(words, index);
      if (seen !== value) {
        this.#yielded = (this.#yielded + 1) % SPIN_RETRY_INTERVAL;
      }
    }
    return seen;
  }

  /** Counts this thread as asleep until the returned object is disposed of. */
  #countSleeper(): Disposable {
    const words = this.#words;
    const sleepers = this.#index + 1;
    Atomics.add(words, sleepers, 1);
    return {
      [Symbol.dispose]: () => void Atomics.sub(words, sleepers, 1),
    };
  }

  #wake(): void {
    if (Atomics.load(this.#words, this.#index + 1) === 0) return;
    futexWake(this.#words, this.#index);
  }
}
