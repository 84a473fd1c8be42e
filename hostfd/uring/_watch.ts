import { setImmediate } from "node:timers";
import { libc } from "../../ffi/internal.ts";
import { SyscallError } from "../../ffi/mod.ts";
import { EAGAIN, EBUSY } from "../../posix/mod.ts";
import { type Core, fail } from "./_core.ts";
import type { OnCompletion } from "./ring_options.ts";

/**
 * The longest time that microtasks may run without a turn of the event loop, in
 * milliseconds.
 */
const SLICE_MS = 2;

/**
 * The number of turns without a completion before a thread waits in the kernel,
 * which costs as much time as these turns.
 */
const SPIN_TURNS = 32;

/** Delivers a ring's completions on the event loop without blocking it. */
export class Watch {
  readonly #core: Core;
  readonly #onCompletion: OnCompletion;
  /**
   * The ring, referenced so that it is not collected, and closed, during a
   * wait.
   */
  readonly #ring: object;
  #isScheduled = false;
  /** The time by which the event loop must turn. */
  #sliceEnd = 0;
  #waiting: Promise<void> | undefined;

  constructor(ring: object, core: Core, onCompletion: OnCompletion) {
    this.#ring = ring;
    this.#core = core;
    this.#onCompletion = onCompletion;
  }

  /**
   * Schedules a submission for when the current task has queued all its
   * operations.
   */
  schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    if (performance.now() < this.#sliceEnd) queueMicrotask(this.#flush);
    else setImmediate(this.#flushInTurn);
  }

  readonly #flushInTurn = (): void => {
    this.#sliceEnd = performance.now() + SLICE_MS;
    this.#flush();
  };

  readonly #flush = (): void => {
    this.#isScheduled = false;
    this.#step();
    if (this.#core.inFlight > 0) this.wait();
  };

  /** Submits the queue and delivers completions; returns their number. */
  #step(): number {
    const core = this.#core;
    if (core.isFreed) return 0;
    try {
      this.#submit();
      return core.complete(this.#onCompletion);
    } catch (error) {
      // The caller's callback threw, and no caller is on the stack to catch the
      // error.
      reportError(error);
      return 1;
    }
  }

  #submit(): void {
    const core = this.#core;
    try {
      core.queues.submit();
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      const { errno } = error;
      const isFull = errno === EAGAIN || errno === EBUSY;
      // Operations in flight make room when they complete.
      if (isFull && core.inFlight > core.queues.queued) return;
      fail(core.takeBack(), errno, this.#onCompletion);
    }
  }

  /**
   * Waits until no operation is in flight; in a closed ring, none that can be
   * cancelled.
   */
  wait(): Promise<void> {
    return this.#waiting ??= this.#wait().finally(() => {
      this.#waiting = undefined;
    });
  }

  async #wait(): Promise<void> {
    const core = this.#core;
    const isOver = (): boolean =>
      core.isFreed ||
      (core.isClosed ? core.cancellable : core.inFlight) === 0;
    for (let turns = 0; !isOver();) {
      if (turns < SPIN_TURNS) {
        libc().sched_yield();
        await new Promise<void>((resolve) => setImmediate(resolve));
        this.#sliceEnd = performance.now() + SLICE_MS;
      } else {
        await core.sleep();
        turns = 0;
      }
      turns = this.#step() > 0 ? 0 : turns + 1;
    }
  }
}
