import { libc } from "../../ffi/internal.ts";

/** The longest time that a thread polls for a request. */
const MAX_MS = 0.2;
/** The shortest time that it polls, if polling is worthwhile. */
const MIN_MS = 0.05;
/** The polling time as a multiple of the usual pause. */
const PATIENCE = 4;
/** The usual pause up to which polling is faster than being woken. */
const SOON_MS = 0.15;
/** The longest pause that is counted; longer pauses count as this. */
const LONG_MS = 0.4;
/** The weight of the latest pause in the moving average. */
const WEIGHT = 1 / 8;
const WEIGHT_OF_HIT = 3 / 4;
/** After long pauses, one in this many pauses is polled, to notice a change. */
const TRY_EVERY = 16;
/** The shortest sched_yield(2) in which another program used the CPU. */
const LOST_MS = 0.3;
/** Losing the CPU twice within this time means that it is contended. */
const AGAIN_MS = 20;
/** The time without polling after that; it grows while the CPU is contended. */
const MIN_YIELD_MS = 20;
const MAX_YIELD_MS = 640;

/**
 * Decides how long a thread polls for the next request before it sleeps.
 *
 * Waking an idle CPU dominates the round trip of a request. So polling pays off
 * if the next request comes soon, with a sched_yield(2) between two polls: the
 * kernel tends to wake the caller on the CPU that answered it. Polling does not
 * pay off if pauses are long, or if other programs want the CPU: after a yield
 * they keep the CPU for milliseconds, while a sleeping thread gets it as soon
 * as it is woken.
 */
export class Spin {
  readonly #clock: () => number;
  readonly #yieldCpu: () => void;
  /** The time when requests ran out; 0 while they arrive. */
  #start = 0;
  #last = 0;
  #isLooking = false;
  #usualMs = 0;
  #pauses = 0;
  #lostAt = -Infinity;
  /** The time until which the CPU is left to other programs. */
  #yieldedUntil = -Infinity;
  #yieldMs = MIN_YIELD_MS;

  /**
   * @param clock Returns a time in milliseconds.
   * @param yieldCpu Yields the CPU to other programs.
   */
  constructor(
    clock: () => number = () => performance.now(),
    yieldCpu: () => void = () => libc().sched_yield(),
  ) {
    this.#clock = clock;
    this.#yieldCpu = yieldCpu;
  }

  /** The latest reading of the clock. */
  get now(): number {
    return this.#last;
  }

  /** Whether other programs want the CPU. */
  get isCrowded(): boolean {
    return this.#last < this.#yieldedUntil;
  }

  /** Reads the clock, after other work. */
  resume(): void {
    this.#last = this.#clock();
  }

  /** Records that a request arrived. */
  hit(): void {
    if (this.#start === 0) return;
    const pause = Math.min(this.#last - this.#start, LONG_MS);
    const weight = this.#isLooking ? WEIGHT_OF_HIT : WEIGHT;
    this.#usualMs += (pause - this.#usualMs) * weight;
    this.#start = 0;
  }

  /**
   * Yields the CPU once, unless it is better to sleep.
   *
   * @returns Whether to poll for a request once more.
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
