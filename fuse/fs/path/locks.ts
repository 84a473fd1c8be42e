import { isPromise } from "../maybe_promise.ts";
import type { MaybePromise } from "../node.ts";

/** What lies on a path. */
export interface Step {
  /** What it lies in; `undefined` for the root and for what has no name. */
  readonly above: Step | undefined;
  /** How many operations that answer later go by a path through it. */
  users: number;
  /** Whether its name is being changed. */
  moving: boolean;
}

/**
 * Keeps paths true: nothing is renamed or removed while an operation that
 * answers later goes by its path, and none starts while its path changes.
 *
 * An operation takes all it needs in one go and waits with nothing in hand,
 * but for a name about to change, which waits for operations that wait for
 * nobody: so nobody waits in a circle. One that answers at once, while no name
 * is changing, costs next to nothing.
 */
export class PathLocks {
  /** How many operations that change names are under way. */
  #movers = 0;
  readonly #waiting = new Set<() => void>();

  /** Does something by the paths of steps. */
  use<T>(
    steps: readonly Step[],
    signal: () => AbortSignal | undefined,
    action: () => MaybePromise<T>,
  ): MaybePromise<T> {
    return this.#movers === 0
      ? this.#hold(pathsOf(steps), action)
      : this.#useLater(steps, signal(), action);
  }

  /** Changes the names of `moved`, and does that by the paths of `steps`. */
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
    while (isMoving(pathsOf(steps))) await this.#change(signal);
    return await this.#hold(pathsOf(steps), action);
  }

  async #moveLater<T>(
    moved: readonly Step[],
    steps: readonly Step[],
    signal: AbortSignal | undefined,
    action: () => MaybePromise<T>,
  ): Promise<T> {
    while (isMoving(pathsOf([...moved, ...steps]))) await this.#change(signal);
    const whenUnused = async (): Promise<T> => {
      while (moved.some((step) => step.users > 0)) await this.#change(signal);
      return await action();
    };
    return await this.#claim(
      moved,
      () => this.#hold(pathsOf(steps), whenUnused),
    );
  }

  /** Lets nobody use what is being moved. */
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

  /** Lets nobody move what is in use, if that lasts. */
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

  /** Waits until something is free that was not. */
  async #change(signal: AbortSignal | undefined): Promise<void> {
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

/** Returns the steps and all that they lie in. */
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

/** Does something and then, however it ends, something else. */
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
