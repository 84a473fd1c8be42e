import { checkBytes as check } from "../../ffi/internal.ts";
import { NO_DATA } from "./frame.ts";

/**
 * Checks that data is a `Uint8Array` that was not transferred. A string would
 * be copied as zeros, and a transferred array would look like end of file. The
 * shared {@linkcode NO_DATA} stays valid even if a handler has transferred it.
 *
 * @param name The name of the data in an error message.
 * @throws {TypeError} If `bytes` is not a `Uint8Array`, or was transferred.
 */
export function checkBytes(name: string, bytes: Uint8Array): void {
  if (bytes !== NO_DATA) check(name, bytes);
}
