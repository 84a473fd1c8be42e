/**
 * The runtime's foreign function interface, which no other file uses.
 *
 * All other code sees addresses as `bigint` and foreign memory as
 * `ArrayBuffer`, so supporting another runtime takes one more file with these
 * exports.
 *
 * @module
 */

import { badType, checkU64, show } from "./check.ts";

/** A table of C functions: the name, parameters and result of each. */
export type SymbolTable = Deno.ForeignLibraryInterface;

/** The callable form of a {@linkcode SymbolTable}. */
export type Symbols<T extends SymbolTable> = Deno.DynamicLibrary<T>["symbols"];

/** Returns whether an error says that a Deno permission is missing. */
export function isPermissionError(error: unknown): boolean {
  return error instanceof Deno.errors.NotCapable;
}

/**
 * Opens a shared library. The library is never closed, except that the runtime
 * closes the libraries of a Worker when the Worker ends.
 */
export function openLibrary<const T extends SymbolTable>(
  path: string,
  table: T,
): Symbols<T> {
  // SAFETY: each table states every prototype as its man page gives it.
  return Deno.dlopen(path, table).symbols;
}

/**
 * Looks up functions of a shared library.
 *
 * @returns The address of each function, without those the library lacks.
 */
export function functionAddresses(
  path: string,
  names: readonly string[],
): Map<string, bigint> {
  const table = Object.fromEntries(
    names.map((name) => [name, { type: "pointer", optional: true } as const]),
  );
  // SAFETY: looks the names up and calls nothing.
  const { symbols } = Deno.dlopen(path, table);
  const addresses = new Map<string, bigint>();
  for (const [name, symbol] of Object.entries(symbols)) {
    if (symbol === null) continue;
    // SAFETY: reads the number out of the pointer object.
    addresses.set(name, Deno.UnsafePointer.value(symbol));
  }
  return addresses;
}

/**
 * Returns the address of the first byte of a buffer or view.
 *
 * The address is valid only while the memory is alive: keep a reference to the
 * view, and do not resize, transfer or detach its buffer.
 *
 * @param view The memory; an empty view has address `0n`.
 * @returns The address, in this process's address space.
 * @throws {TypeError} If `view` is neither a view nor a buffer.
 *
 * @example Usage
 * ```ts
 * import { addressOf } from "@hostkit/hostkit/ffi";
 *
 * const memory = new ArrayBuffer(4096);
 * console.assert(addressOf(new Uint8Array(memory, 16)) === addressOf(memory) + 16n);
 * ```
 */
export function addressOf(view: ArrayBufferView | ArrayBuffer): bigint {
  if (!ArrayBuffer.isView(view) && !isBuffer(view)) {
    throw badType("view", view, "a view or a buffer");
  }
  // For an empty part of a buffer, the runtime would return its address.
  if (view.byteLength === 0) return 0n;
  // SAFETY: taking an address is harmless; the caller must use it safely.
  const pointer = Deno.UnsafePointer.of(view as BufferSource);
  // SAFETY: reads the number out of the pointer object.
  return Deno.UnsafePointer.value(pointer);
}

function isBuffer(value: unknown): boolean {
  return value instanceof ArrayBuffer || value instanceof SharedArrayBuffer;
}

/**
 * Returns an `ArrayBuffer` over memory that JavaScript does not own.
 *
 * **Unsafe.** Nothing checks the range: accessing a page that is not mapped
 * kills the process, and the buffer does not keep the memory alive.
 *
 * @param address The address of the first byte, not zero.
 * @param length The length in bytes.
 * @returns A buffer over the memory itself, not a copy.
 * @throws {RangeError} If the address is zero, negative or wider than 64 bits,
 * or the length is not an integer of at least 0.
 *
 * @example Usage
 * ```ts
 * import { addressOf, viewAt } from "@hostkit/hostkit/ffi";
 *
 * const memory = new Uint8Array(new ArrayBuffer(8));
 * new Uint8Array(viewAt(addressOf(memory), 8))[3] = 7;
 * console.assert(memory[3] === 7);
 * ```
 */
export function viewAt(address: bigint, length: number): ArrayBuffer {
  if (!Number.isSafeInteger(length) || length < 0) {
    throw new RangeError(`Cannot view ${show(length)} bytes`);
  }
  checkU64("address", address);
  // SAFETY: makes a pointer object from a number and reads nothing.
  const pointer = Deno.UnsafePointer.create(address);
  if (pointer === null) throw new RangeError("Cannot view address 0");
  // SAFETY: the documentation makes the caller responsible for the range.
  return Deno.UnsafePointerView.getArrayBuffer(pointer, length);
}
