/**
 * The time for which an event loop is blocked.
 *
 * @module
 */

/** The period of the timer. */
const PERIOD_MS = 1;

/** Watches this thread's event loop. */
export class LoopWatch implements Disposable {
  readonly #statistics = Deno.openSync("/proc/thread-self/schedstat");
  readonly #bytes = new Uint8Array(128);
  #last = performance.now();
  #waitedMs = this.#readWaitedMs();
  #timer: ReturnType<typeof setInterval>;
  /**
   * The largest delay of the timer in milliseconds, without the time that the
   * thread waited for a CPU.
   */
  maxMs = 0;

  /** Starts the watch. */
  constructor() {
    this.#timer = setInterval(() => {
      const now = performance.now();
      const waitedMs = this.#readWaitedMs();
      const lateMs = now - this.#last - PERIOD_MS;
      this.maxMs = Math.max(this.maxMs, lateMs - (waitedMs - this.#waitedMs));
      this.#waitedMs = waitedMs;
      // The time to read the statistics is not a delay.
      this.#last = performance.now();
    }, PERIOD_MS);
  }

  /** Returns the time that this thread has waited for a CPU. */
  #readWaitedMs(): number {
    this.#statistics.seekSync(0, Deno.SeekMode.Start);
    const length = this.#statistics.readSync(this.#bytes) ?? 0;
    const text = new TextDecoder().decode(this.#bytes.subarray(0, length));
    return Number(text.split(" ")[1] ?? 0) / 1e6;
  }

  /** Stops the watch. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#statistics.close();
  }
}
