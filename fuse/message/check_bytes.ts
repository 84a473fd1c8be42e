import { checkBytes as check } from "../../ffi/internal.ts";
import { NO_DATA } from "./frame.ts";

/**
 * Checks that a value is a `Uint8Array` that was not transferred. A string would
 * be copied as zeros, and a transferred array would look like end of file.
 *
 * @param what The name of the value in an error message.
 * @throws {TypeError} If `bytes` is not a `Uint8Array`, or was transferred.
 */
export function checkBytes(bytes: Uint8Array, what: string): void {
  if (bytes !== NO_DATA) check(what, bytes);
}
