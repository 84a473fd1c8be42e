/**
 * What `callInProcess` is tested with.
 *
 * @module
 */

/** Returns which process this is, and says so where nobody may hear it. */
export function pid(): number {
  // deno-lint-ignore no-console -- it must not get into the answer
  console.log("noise");
  return Deno.pid;
}

/** Returns its arguments, later. */
export function echo(...args: unknown[]): Promise<unknown> {
  return Promise.resolve(args);
}

/** Returns nothing. */
export function nothing(): void {}

/** Throws. */
export function fail(reason: string): never {
  throw new Error(reason);
}
