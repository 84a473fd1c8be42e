/**
 * Machine code that saves errno after each call of libc, in a shared object
 * made in memory.
 *
 * @module
 */

export { errnoStubs, type Target } from "./errno_stubs.ts";
export { type Code, sharedObject } from "./shared_object.ts";
