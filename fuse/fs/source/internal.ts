/**
 * Helpers of the file systems whose source other programs may change.
 *
 * @module
 */

export { append, appendFlags, appends, openToAppend } from "./append.ts";
export { CHANGING_SOURCE } from "./changing_source.ts";
export { Expected, type Keepable, Retries } from "./retries.ts";
