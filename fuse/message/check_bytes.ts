import { checkBytes as check } from "../../ffi/internal.ts";
import { NO_DATA } from "./frame.ts";

/**
 * Refuses what is no bytes, or no longer: a text would be copied as zeros, and
 * what was transferred is empty, which to a reader is the end of the file.
 *
 * @param what What has the bytes, for the error.
 * @throws {TypeError} If it is no `Uint8Array`, or was transferred.
 */
export function checkBytes(bytes: Uint8Array, what: string): void {
  if (bytes !== NO_DATA) check(what, bytes);
}
