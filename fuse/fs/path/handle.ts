import {
  O_ACCMODE,
  O_APPEND,
  O_RDWR,
  O_SYNC,
  O_TRUNC,
} from "../../../posix/mod.ts";
import { isPromise } from "../maybe_promise.ts";
import type { MaybePromise } from "../node.ts";

/** What makes writes through a handle different from those through another. */
const WRITING = O_APPEND | O_SYNC;

/**
 * What `open` or `create` returned. Several open files may share it: a file
 * without a name cannot be opened by its path.
 */
export class PathHandle<H> {
  readonly value: H;
  /** The flags of open(2) that it was asked for with. */
  readonly #flags: number;
  /** The `FOPEN_*` flags that open files with it have. */
  readonly openFlags: number;
  #owners = 1;
  #borrowers = 0;
  #onIdle: (() => void) | undefined;

  /** Starts with one owner. */
  constructor(value: H, flags: number, openFlags: number) {
    this.value = value;
    this.#flags = flags;
    this.openFlags = openFlags;
  }

  /** Whether a file opened with these flags may use it. */
  suits(flags: number): boolean {
    const mode = this.#flags & O_ACCMODE;
    return (mode === O_RDWR || mode === (flags & O_ACCMODE)) &&
      ((this.#flags ^ flags) & WRITING) === 0 && (flags & O_TRUNC) === 0;
  }

  /** Adds an owner. */
  share(): this {
    this.#owners++;
    return this;
  }

  /**
   * Takes an owner away, and ends the handle with the last: when nobody uses
   * it who has only borrowed it.
   */
  drop(end: () => MaybePromise<void>): MaybePromise<void> {
    if (--this.#owners > 0) return;
    return this.#borrowers === 0 ? end() : this.#idle().then(end);
  }

  /** Does something with the handle, which stays as it is meanwhile. */
  lend<T>(action: (handle: H) => MaybePromise<T>): MaybePromise<T> {
    const done = action(this.value);
    if (!isPromise(done)) return done;
    this.#borrowers++;
    return done.finally(() => {
      if (--this.#borrowers === 0) this.#onIdle?.();
    });
  }

  #idle(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onIdle = resolve;
    return promise;
  }
}
