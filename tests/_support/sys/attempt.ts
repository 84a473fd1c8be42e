/**
 * Errors as values.
 *
 * @module
 */

/** Returns what a call returns, or the name of its error, as `"ENOENT"`. */
export function attempt<A extends unknown[], T>(
  call: (...args: A) => T,
  ...args: A
): T | string {
  try {
    return call(...args);
  } catch (error) {
    return nameOf(error);
  }
}

/** The same of what comes later. */
export async function attemptLater<T>(
  promise: Promise<T>,
): Promise<T | string> {
  try {
    return await promise;
  } catch (error) {
    return nameOf(error);
  }
}

function nameOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  if (typeof code !== "string") throw error;
  return code;
}
