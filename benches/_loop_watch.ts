/**
 * How long an event loop is blocked.
 *
 * @module
 */

/** How often the timer is to come. */
const PERIOD_MS = 1;

/** Watches this thread's event loop from now on. */
export class LoopWatch implements Disposable {
  readonly #statistics = Deno.openSync("/proc/thread-self/schedstat");
  readonly #bytes = new Uint8Array(128);
  #last = performance.now();
  #waitedMs = this.#readWaitedMs();
  #timer: ReturnType<typeof setInterval>;
  /**
   * How late the timer was at most, in milliseconds, less the time for which
   * the thread could have run and had no CPU: others had it.
   */
  maxMs = 0;

  /** Starts. */
  constructor() {
    this.#timer = setInterval(() => {
      const now = performance.now();
      const waitedMs = this.#readWaitedMs();
      const lateMs = now - this.#last - PERIOD_MS;
      this.maxMs = Math.max(this.maxMs, lateMs - (waitedMs - this.#waitedMs));
      this.#waitedMs = waitedMs;
      // Reading the statistics is no delay.
      this.#last = performance.now();
    }, PERIOD_MS);
  }

  /** Returns how long this thread has waited for a CPU. */
  #readWaitedMs(): number {
    this.#statistics.seekSync(0, Deno.SeekMode.Start);
    const length = this.#statistics.readSync(this.#bytes) ?? 0;
    const text = new TextDecoder().decode(this.#bytes.subarray(0, length));
    return Number(text.split(" ")[1] ?? 0) / 1e6;
  }

  /** Stops. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#statistics.close();
  }
}
