import type { MaybePromise } from "./node.ts";

/** Whether a value is a promise. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof value === "object" && value !== null &&
    typeof (value as Promise<T>).then === "function";
}

/**
 * Calls a function with a value, at once or when its promise is fulfilled. This
 * needs a closure, so the most frequent operations avoid it.
 */
export function andThen<T, U>(
  value: MaybePromise<T>,
  next: (value: T) => MaybePromise<U>,
): MaybePromise<U> {
  return isPromise(value) ? value.then(next) : next(value);
}

/** Calls a function, and `onError` if it throws or its promise rejects. */
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
