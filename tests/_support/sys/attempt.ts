/**
 * Errors as values.
 *
 * @module
 */

/**
 * Returns what a call returns, `null` for nothing, or the name of its error, as
 * `"ENOENT"`.
 */
export function attempt<A extends unknown[], T>(
  call: (...args: A) => T,
  ...args: A
): NonNullable<T> | string | null {
  try {
    return call(...args) ?? null;
  } catch (error) {
    return nameOf(error);
  }
}

/** The same of what comes later. */
export async function attemptLater<T>(
  promise: Promise<T>,
): Promise<NonNullable<T> | string | null> {
  try {
    return await promise ?? null;
  } catch (error) {
    return nameOf(error);
  }
}

function nameOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  if (typeof code !== "string") throw error;
  return code;
}
