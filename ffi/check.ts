/**
 * Checks of arguments that are not what the types promise, as plain JavaScript
 * may pass them, and memory that is gone.
 *
 * @module
 */

/** Returns what a value is, in a word or two, for the message of an error. */
export function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  const { name } = value.constructor ?? {};
  return typeof name === "string" && name !== "" ? name : "object";
}

/**
 * Returns bytes, which must still be there: to C what was transferred is empty.
 *
 * @param name Of the argument, for the error.
 * @throws {TypeError} If it is no `Uint8Array`, or detached.
 */
export function checkBytes(
  name: string,
  bytes: Uint8Array,
): Uint8Array<ArrayBuffer> {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(`${name} must be a Uint8Array, not ${nameOf(bytes)}`);
  }
  if (bytes.length === 0 && (bytes.buffer as ArrayBuffer).detached) {
    throw new TypeError(`${name} is detached: its memory was transferred`);
  }
  // C does not care whether threads share the memory.
  return bytes as Uint8Array<ArrayBuffer>;
}
