/**
 * How long an event loop is blocked.
 *
 * @module
 */

/** How often the timer is to come. */
const PERIOD_MS = 1;

/** Watches this thread's event loop from now on. */
export class LoopWatch implements Disposable {
  #last = performance.now();
  #timer: ReturnType<typeof setInterval>;
  /** How late the timer was at most, in milliseconds. */
  maxMs = 0;

  /** Starts. */
  constructor() {
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.maxMs = Math.max(this.maxMs, now - this.#last - PERIOD_MS);
      this.#last = now;
    }, PERIOD_MS);
  }

  /** Stops. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
