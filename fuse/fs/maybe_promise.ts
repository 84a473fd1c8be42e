import type { MaybePromise } from "./node.ts";

/** Whether an operation answers later. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof value === "object" && value !== null &&
    typeof (value as Promise<T>).then === "function";
}

/**
 * Goes on with a value, now or when it comes. It takes a closure, which what
 * is asked for all the time does without.
 */
export function andThen<T, U>(
  value: MaybePromise<T>,
  next: (value: T) => MaybePromise<U>,
): MaybePromise<U> {
  return isPromise(value) ? value.then(next) : next(value);
}

/** Does something, and something else if it throws, now or later. */
export function attempt<T>(
  action: () => MaybePromise<T>,
  onError: (error: unknown) => MaybePromise<T>,
): MaybePromise<T> {
  try {
    const done = action();
    return isPromise(done) ? done.catch(onError) : done;
  } catch (error) {
    return onError(error);
  }
}
