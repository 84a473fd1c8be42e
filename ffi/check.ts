/**
 * Checks for arguments of a wrong type, which plain JavaScript may pass, and
 * for detached buffers.
 *
 * @module
 */

/** Returns the type or class of a value, for an error message. */
export function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  const { name } = value.constructor ?? {};
  return typeof name === "string" && name !== "" ? name : "object";
}

/**
 * Checks that an argument is a `Uint8Array` whose buffer is not detached, since
 * C would see a detached buffer as empty.
 *
 * @param name The name of the argument, for the error message.
 * @returns The argument.
 * @throws {TypeError} If it is not a `Uint8Array`, or its buffer is detached.
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
  // C accepts shared memory as well.
  return bytes as Uint8Array<ArrayBuffer>;
}
