import type { MaybePromise } from "./node.ts";

/** Whether an operation answers later. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof value === "object" && value !== null &&
    typeof (value as Promise<T>).then === "function";
}
