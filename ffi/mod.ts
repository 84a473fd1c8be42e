/**
 * The lowest layer: failed system calls as {@linkcode SyscallError}, addresses,
 * and views of memory that JavaScript does not own.
 *
 * Needs `--allow-ffi` at the first call; importing needs nothing.
 *
 * ```ts
 * import { addressOf, viewAt } from "@hostkit/hostkit/ffi";
 *
 * const memory = new Uint8Array(new ArrayBuffer(16));
 * const same = new Uint8Array(viewAt(addressOf(memory), 16));
 * same[0] = 42;
 * console.assert(memory[0] === 42);
 * ```
 *
 * @module
 */

export { addressOf, viewAt } from "./runtime.ts";
export { SyscallError, type SyscallErrorOptions } from "./syscall_error.ts";
