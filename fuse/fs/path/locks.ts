import { isPromise } from "../maybe_promise.ts";
import type { MaybePromise } from "../node.ts";

/** A file or directory on a path. */
export interface Step {
  /** The parent directory; `undefined` for the root or without a name. */
  readonly above: Step | undefined;
  /** The number of pending operations that use a path through it. */
  users: number;
  /** Whether its name is being changed. */
  moving: boolean;
}

/**
 * The locks that keep paths valid: no file is renamed or removed while an
 * asynchronous operation uses its path, and no operation starts while its path
 * changes.
 *
 * An operation takes all its locks at once and holds none while it waits. Only
 * a change of names holds its lock while it waits, for operations that wait for
 * nothing: so there is no deadlock. A synchronous operation, while no name is
 * changing, costs next to nothing.
 */
export class PathLocks {
  /** The number of pending operations that change names. */
  #movers = 0;
  readonly #waiting = new Set<() => void>();

  /** Calls an action that uses the paths of steps. */
  use<T>(
    steps: readonly Step[],
    signal: () => AbortSignal | undefined,
    action: () => MaybePromise<T>,
  ): MaybePromise<T> {
    return this.#movers === 0
      ? this.#hold(pathsOf(steps), action)
      : this.#useLater(steps, signal(), action);
  }

  /** Calls an action that changes names of `moved`, by the paths of `steps`. */
  move<T>(
    moved: readonly Step[],
    steps: readonly Step[],
    signal: () => AbortSignal | undefined,
    action: () => MaybePromise<T>,
  ): MaybePromise<T> {
    const isFree = this.#movers === 0 && moved.every((step) => !step.users);
    return isFree
      ? this.#claim(moved, () => this.#hold(pathsOf(steps), action))
      : this.#moveLater(moved, steps, signal(), action);
  }

  async #useLater<T>(
    steps: readonly Step[],
    signal: AbortSignal | undefined,
    action: () => MaybePromise<T>,
  ): Promise<T> {
    while (isMoving(pathsOf(steps))) await this.#nextRelease(signal);
    return await this.#hold(pathsOf(steps), action);
  }

  async #moveLater<T>(
    moved: readonly Step[],
    steps: readonly Step[],
    signal: AbortSignal | undefined,
    action: () => MaybePromise<T>,
  ): Promise<T> {
    while (isMoving(pathsOf([...moved, ...steps]))) {
      await this.#nextRelease(signal);
    }
    const whenUnused = async (): Promise<T> => {
      while (moved.some((step) => step.users > 0)) {
        await this.#nextRelease(signal);
      }
      return await action();
    };
    return await this.#claim(
      moved,
      () => this.#hold(pathsOf(steps), whenUnused),
    );
  }

  /** Calls an action while no other operation may start to use `moved`. */
  #claim<T>(
    moved: readonly Step[],
    action: () => MaybePromise<T>,
  ): MaybePromise<T> {
    this.#movers++;
    for (const step of moved) step.moving = true;
    return always(action, () => {
      this.#movers--;
      for (const step of moved) step.moving = false;
      this.#wake();
    });
  }

  /** Calls an action; while it is pending, no step of the path may move. */
  #hold<T>(
    path: readonly Step[],
    action: () => MaybePromise<T>,
  ): MaybePromise<T> {
    const done = action();
    if (!isPromise(done)) return done;
    for (const step of path) step.users++;
    return done.finally(() => {
      for (const step of path) step.users--;
      this.#wake();
    });
  }

  #wake(): void {
    for (const resume of this.#waiting) resume();
  }

  /** Waits until any lock is released. */
  async #nextRelease(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = (): void => reject(signal!.reason);
    signal?.addEventListener("abort", onAbort);
    this.#waiting.add(resolve);
    try {
      await promise;
    } finally {
      this.#waiting.delete(resolve);
      signal?.removeEventListener("abort", onAbort);
    }
  }
}

/** Returns the steps and all directories above them. */
function pathsOf(steps: readonly Step[]): Step[] {
  const path: Step[] = [];
  for (const step of steps) {
    for (let at: Step | undefined = step; at; at = at.above) path.push(at);
  }
  return path;
}

function isMoving(path: readonly Step[]): boolean {
  return path.some(({ moving }) => moving);
}

/** Calls an action and then `after`, even if the action fails. */
function always<T>(
  action: () => MaybePromise<T>,
  after: () => void,
): MaybePromise<T> {
  let done: MaybePromise<T>;
  try {
    done = action();
  } catch (error) {
    after();
    throw error;
  }
  if (isPromise(done)) return done.finally(after);
  after();
  return done;
}
