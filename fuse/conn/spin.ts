import { libc } from "../../ffi/internal.ts";

/** The longest that a thread looks for a request without a break. */
const MAX_MS = 0.2;
/** How long it looks in any case, where looking is worth it. */
const MIN_MS = 0.05;
/** How many times as long as usual it looks. */
const PATIENCE = 4;
/** Until when requests come so soon that looking beats being woken. */
const SOON_MS = 0.15;
/** What longer pauses count as. */
const LONG_MS = 0.4;
/** How much of what is usual the latest pause makes up. */
const WEIGHT = 1 / 8;
const WEIGHT_OF_HIT = 3 / 4;
/** How often it looks all the same, to see if that has changed. */
const TRY_EVERY = 16;
/** What giving the CPU away takes at least if somebody made use of it. */
const LOST_MS = 0.3;
/** Twice within this time, and the CPU is wanted: by no mere passer-by. */
const AGAIN_MS = 20;
/** For how long it is left to others then: longer if they still want it. */
const MIN_YIELD_MS = 20;
const MAX_YIELD_MS = 640;

/**
 * Decides how long a thread looks for the next request before it sleeps.
 *
 * The kernel's round trip is dominated by waking a CPU that has gone to sleep,
 * so it pays to look for a request that is soon to come, and to give the CPU
 * away between two looks: the kernel likes to wake the caller on the CPU that
 * answered it. It does not pay where pauses are long, nor where other programs
 * want the CPU: they keep it for milliseconds, while a thread that sleeps gets
 * it back from them as soon as it is woken.
 */
export class Spin {
  readonly #clock: () => number;
  readonly #yieldCpu: () => void;
  /** When requests ran out; 0 while they come. */
  #start = 0;
  #last = 0;
  #isLooking = false;
  #usualMs = 0;
  #pauses = 0;
  #lostAt = -Infinity;
  /** Until when the CPU is others'. */
  #yieldedUntil = -Infinity;
  #yieldMs = MIN_YIELD_MS;

  /**
   * @param clock Returns a time in milliseconds.
   * @param yieldCpu Lets other programs have the CPU, if they want it.
   */
  constructor(
    clock: () => number = () => performance.now(),
    yieldCpu: () => void = () => libc().sched_yield(),
  ) {
    this.#clock = clock;
    this.#yieldCpu = yieldCpu;
  }

  /** What the clock said when it was asked last. */
  get now(): number {
    return this.#last;
  }

  /** Whether other programs want the CPU. */
  get isCrowded(): boolean {
    return this.#last < this.#yieldedUntil;
  }

  /** Asks the clock, after something else took its time. */
  resume(): void {
    this.#last = this.#clock();
  }

  /** Notes that there was a request. */
  hit(): void {
    if (this.#start === 0) return;
    const pause = Math.min(this.#last - this.#start, LONG_MS);
    const weight = this.#isLooking ? WEIGHT_OF_HIT : WEIGHT;
    this.#usualMs += (pause - this.#usualMs) * weight;
    this.#start = 0;
  }

  /**
   * Gives the CPU away for a moment, unless it is better to sleep.
   *
   * @returns Whether to look for a request once more.
   */
  again(): boolean {
    if (this.#start === 0) this.#begin();
    if (!this.#isLooking) return false;
    this.#yieldCpu();
    const before = this.#last;
    this.resume();
    if (this.#last - before > LOST_MS) this.#lose();
    else if (this.#last - this.#start > this.#limitMs) this.#isLooking = false;
    return true;
  }

  #begin(): void {
    this.resume();
    this.#start = this.#last;
    const isTry = ++this.#pauses % TRY_EVERY === 0;
    this.#isLooking = !this.isCrowded && (isTry || this.#usualMs < SOON_MS);
  }

  get #limitMs(): number {
    return Math.min(MIN_MS + PATIENCE * this.#usualMs, MAX_MS);
  }

  #lose(): void {
    this.#isLooking = false;
    const now = this.#last;
    const isCrowded = now - this.#lostAt < AGAIN_MS;
    this.#lostAt = now;
    if (!isCrowded) return;
    const isStill = now - this.#yieldedUntil < AGAIN_MS;
    const yieldMs = isStill ? 2 * this.#yieldMs : MIN_YIELD_MS;
    this.#yieldMs = Math.min(yieldMs, MAX_YIELD_MS);
    this.#yieldedUntil = now + this.#yieldMs;
  }
}
