import {
  O_ACCMODE,
  O_APPEND,
  O_RDWR,
  O_SYNC,
  O_TRUNC,
} from "../../../posix/mod.ts";
import { isPromise } from "../maybe_promise.ts";
import type { MaybePromise } from "../node.ts";

/** The flags that change the effect of writes through a handle. */
const WRITING = O_APPEND | O_SYNC;

/**
 * The result of `open` or `create`. Several open files may share it, since a
 * file without a name cannot be opened by its path.
 */
export class PathHandle<H> {
  readonly value: H;
  /** The flags of open(2) that the file was opened with. */
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
   * Removes an owner. After the last owner, ends the handle as soon as no
   * operation that it was lent to uses it.
   */
  drop(end: () => MaybePromise<void>): MaybePromise<void> {
    if (--this.#owners > 0) return;
    return this.#borrowers === 0 ? end() : this.#idle().then(end);
  }

  /** Calls an action with the handle, which is not ended before it is done. */
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
