import { libc } from "../ffi/libc.ts";
import { showState } from "../ffi/show_state.ts";
import { toInt } from "./_arguments.ts";
import { futexWait, futexWaitAsync, futexWake } from "./futex.ts";

/** How often a word is looked at before anything else: some microseconds. */
const LOOKS = 1000;
/** How often the CPU is offered to others before the thread sleeps. */
const YIELDS = 2;
/** How many waits in a row may look in vain. */
const VAIN_LOOKS = 2;
/** After how many further waits looks have another chance. */
const CHANCE = 256;

/**
 * A number in shared memory, and a way to wait for its change that is as fast
 * as the other side.
 *
 * Where {@linkcode futexWait} and {@linkcode futexWake} are system calls each
 * time, here a thread looks at the word for some microseconds before it sleeps,
 * and who changes the word calls the kernel only if somebody sleeps. For both,
 * the memory holds a second word: how many sleep. All who use it must use this
 * class, and a number that nobody waits for is better off without it.
 *
 * A process that is killed while it waits stays counted: from then on changes
 * call the kernel in vain, and nothing worse. Linux only.
 *
 * @example A question and an answer
 * ```ts
 * import { FutexWord } from "@hostkit/hostkit/posix";
 *
 * // Each on its own 64 bytes, so that the CPUs do not fight for them.
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
  /** How many waits in a row only had to let the other side have the CPU. */
  #yielded = 0;

  /**
   * Names two words of memory, which must be 0 at first.
   *
   * @param words Memory that all have, such as a shared mapping.
   * @param index Which word has the number; the next one counts who sleeps.
   * @throws {RangeError} If these are no two words of `words`.
   */
  constructor(words: Int32Array, index: number = 0) {
    if (!Number.isInteger(index) || index < 0 || index + 2 > words.length) {
      throw new RangeError(
        `Cannot use two words at ${index}: there are ${words.length}`,
      );
    }
    this.#words = words;
    this.#index = index;
  }

  /** The number. */
  get value(): number {
    return Atomics.load(this.#words, this.#index);
  }

  /** Sets the number, as `Atomics.store` does, and wakes all who wait. */
  store(value: number): void {
    Atomics.store(this.#words, this.#index, value);
    this.#wake();
  }

  /**
   * Adds to the number, as `Atomics.add` does, and wakes all who wait.
   *
   * @returns What it was before.
   */
  add(value: number): number {
    const before = Atomics.add(this.#words, this.#index, value);
    this.#wake();
    return before;
  }

  /**
   * Blocks as long as the number is `value`, in this thread, in which nothing
   * else runs meanwhile.
   *
   * @param value What the number was when last seen.
   * @param timeoutMs How long to wait at most, in milliseconds.
   * @returns The number: still `value` if the time is over.
   * @throws {RangeError} If `value` is not a 32-bit integer or `timeoutMs` is
   * NaN.
   */
  waitWhile(value: number, timeoutMs: number = Infinity): number {
    const seen = this.#look(toInt("value", value));
    if (seen !== value || timeoutMs <= 0) return seen;
    const end = performance.now() + timeoutMs;
    using _sleep = this.#announce();
    while (this.value === value) {
      const left = end - performance.now();
      if (futexWait(this.#words, this.#index, value, left) === "timed-out") {
        break;
      }
    }
    return this.value;
  }

  /**
   * {@linkcode FutexWord.waitWhile} on another thread: a promise that does not
   * block the event loop, and takes longer. See {@linkcode futexWaitAsync}.
   *
   * @param value What the number was when last seen.
   * @param timeoutMs How long to wait at most, in milliseconds.
   * @returns The number: still `value` if the time is over.
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
    const end = performance.now() + timeoutMs;
    using _sleep = this.#announce();
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

  /** Returns the number once it is not `value`, or after a short while. */
  #look(value: number): number {
    const words = this.#words;
    const index = this.#index;
    let seen = Atomics.load(words, index);
    if (this.#yielded < VAIN_LOOKS) {
      for (let i = 0; i < LOOKS && seen === value; i++) {
        seen = Atomics.load(words, index);
      }
      if (seen !== value) this.#yielded = 0;
    }
    for (let i = 0; i < YIELDS && seen === value; i++) {
      libc().sched_yield();
      seen = Atomics.load(words, index);
      if (seen !== value) this.#yielded = (this.#yielded + 1) % CHANCE;
    }
    return seen;
  }

  /** Counts this thread as asleep, before it looks for the last time. */
  #announce(): Disposable {
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
