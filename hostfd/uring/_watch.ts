import { setImmediate } from "node:timers";
import { libc } from "../../ffi/libc.ts";
import { SyscallError } from "../../ffi/syscall_error.ts";
import { EAGAIN, EBUSY } from "../../posix/constants_errno.ts";
import { type Core, fail, type OnCompletion } from "./_core.ts";

/**
 * How long microtasks may go on without a turn of the event loop, in
 * milliseconds.
 */
const SLICE_MS = 2;

/**
 * How many turns without a completion there are before a thread waits in the
 * kernel: that takes as long as these.
 */
const SPIN_TURNS = 32;

/** Brings a ring's completions to the event loop, which is never held up. */
export class Watch {
  readonly #core: Core;
  readonly #onCompletion: OnCompletion;
  /** Kept alive while the event loop waits: dropped, it would be closed. */
  readonly #ring: object;
  #isScheduled = false;
  /** When the event loop must turn. */
  #sliceEnd = 0;
  #waiting: Promise<void> | undefined;

  constructor(ring: object, core: Core, onCompletion: OnCompletion) {
    this.#ring = ring;
    this.#core = core;
    this.#onCompletion = onCompletion;
  }

  /** Hands what is queued to the kernel once the caller has queued all of it. */
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

  /** Submits and completes what there is; returns how much completed. */
  #step(): number {
    const core = this.#core;
    if (core.isFreed) return 0;
    try {
      this.#submit();
      return core.complete(this.#onCompletion);
    } catch (error) {
      // The caller's own, who has nobody to catch it.
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
      // What is in flight makes room when it completes.
      if (isFull && core.inFlight > core.queues.queued) return;
      fail(core.takeBack(), errno, this.#onCompletion);
    }
  }

  /** Returns a promise that nothing is in flight, but what cannot be cancelled. */
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
