import type { CallerStats } from "./server_stats.ts";

/** The most callers that are counted, and how many stay after a cleanup. */
const MAX_CALLERS = 512;
const KEPT_CALLERS = 256;
/** The number of callers that the statistics show. */
export const SHOWN_CALLERS = 64;

interface Caller {
  count: number;
  totalMs: number;
  maxMs: number;
}

/** Counts requests by caller; the callers that waited least are dropped. */
export class Callers {
  readonly #byPid = new Map<number, Caller>();

  /** Counts a request that has been answered. */
  add(pid: number, ms: number): void {
    let caller = this.#byPid.get(pid);
    if (caller === undefined) {
      if (this.#byPid.size >= MAX_CALLERS) this.#forget();
      caller = { count: 0, totalMs: 0, maxMs: 0 };
      this.#byPid.set(pid, caller);
    }
    caller.count++;
    caller.totalMs += ms;
    if (ms > caller.maxMs) caller.maxMs = ms;
  }

  /** Returns the callers that waited longest, the longest first. */
  snapshot(): CallerStats[] {
    return this.#slowest(SHOWN_CALLERS).map(([pid, caller]) => ({
      pid,
      ...caller,
    }));
  }

  #forget(): void {
    const kept = this.#slowest(KEPT_CALLERS);
    this.#byPid.clear();
    for (const [pid, caller] of kept) this.#byPid.set(pid, caller);
  }

  #slowest(count: number): [number, Caller][] {
    return [...this.#byPid].sort(([, a], [, b]) => b.totalMs - a.totalMs)
      .slice(0, count);
  }
}
