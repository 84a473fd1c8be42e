import { NO_DATA } from "./_frame.ts";

/**
 * Refuses what is no bytes, or no longer: a text would be copied as zeros, and
 * what was transferred is empty, which to a reader is the end of the file.
 *
 * @param what What has the bytes, for the error.
 * @throws {TypeError} If it is no `Uint8Array`, or was transferred.
 */
export function checkBytes(bytes: Uint8Array, what: string): void {
  if (bytes === NO_DATA) return;
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(`${what} must be a Uint8Array, not ${nameOf(bytes)}`);
  }
  if (bytes.length === 0 && (bytes.buffer as ArrayBuffer).detached) {
    throw new TypeError(`${what} is detached: its memory was transferred`);
  }
}

/** What a value is, in a word. */
function nameOf(value: unknown): string {
  return typeof value === "object"
    ? value?.constructor?.name ?? "null"
    : typeof value;
}
