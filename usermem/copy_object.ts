import { checkChoice, checkMethod, checkOptions } from "../ffi/internal.ts";
import { withTransferred } from "../posix/process_memory/internal.ts";
import type { Addr } from "./addr.ts";
import type { IO, IOOpts } from "./io.ts";
import {
  type Alignment,
  decode,
  encode,
  extentOf,
  type Layout,
  type ValueOf,
} from "./layout.ts";

/** Options of {@linkcode copyObjectIn} and {@linkcode copyObjectOut}. */
export interface ObjectOpts extends IOOpts {
  /**
   * The alignment of the fields and elements.
   *
   * @default {"packed"}
   */
  readonly align?: Alignment;
}

/**
 * Copies an object from memory, in little-endian byte order.
 *
 * @typeParam L The layout's type.
 * @param io The address space.
 * @param addr The address of the first byte.
 * @param layout The layout of the object in memory.
 * @param opts Options; `align: "c"` for the layout of a C compiler.
 * @returns The object.
 * @throws {SyscallError} `EFAULT` if a part of the memory cannot be read;
 * `transferred` is 0, since no part of the object is returned.
 * @throws {RangeError} If the layout contains an unknown type, or a field whose
 * name is an integer, which JavaScript would order before all other fields.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { BytesIO, copyObjectIn } from "@hostkit/hostkit/usermem";
 *
 * const io = new BytesIO(new Uint8Array([7, 0, 0, 0, 1, 1, 0, 0]));
 * const layout = { kind: "u8", size: "u32" } as const;
 * assert.deepEqual(copyObjectIn(io, 0n, layout, { align: "c" }), { kind: 7, size: 257 });
 * assert.deepEqual(copyObjectIn(io, 0n, ["u16", 3]), [7, 0, 257]);
 * ```
 */
export function copyObjectIn<const L extends Layout>(
  io: IO,
  addr: Addr,
  layout: L,
  opts: ObjectOpts = {},
): ValueOf<L> {
  checkMethod("io", io, "copyIn");
  const align = alignOf(opts);
  const bytes = new Uint8Array(extentOf(layout, align).size);
  try {
    if (bytes.length > 0) io.copyIn(addr, bytes, opts);
  } catch (error) {
    throw withTransferred(error, 0);
  }
  const view = new DataView(bytes.buffer);
  return decode(view, 0, layout, align) as ValueOf<L>;
}

/**
 * Copies an object to memory, in little-endian byte order.
 *
 * @typeParam L The layout's type.
 * @param io The address space.
 * @param addr The address of the first byte.
 * @param layout The layout of the object in memory.
 * @param value The object.
 * @param opts Options; `align: "c"` for the layout of a C compiler, with zeros
 * in the padding.
 * @returns The number of bytes copied: the object's size.
 * @throws {SyscallError} `EFAULT` if a part of the memory cannot be written.
 * @throws {RangeError} If the layout contains an unknown type, or a field whose
 * name is an integer; if a value does not fit its type.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { BytesIO, copyObjectOut } from "@hostkit/hostkit/usermem";
 *
 * const io = new BytesIO(new Uint8Array(8));
 * assert.equal(copyObjectOut(io, 1n, { kind: "u8", size: "u32" }, { kind: 7, size: 257 }), 5);
 * assert.deepEqual(io.bytes, new Uint8Array([0, 7, 1, 1, 0, 0, 0, 0]));
 * ```
 */
export function copyObjectOut<const L extends Layout>(
  io: IO,
  addr: Addr,
  layout: L,
  value: ValueOf<L>,
  opts: ObjectOpts = {},
): number {
  checkMethod("io", io, "copyOut");
  const align = alignOf(opts);
  const bytes = new Uint8Array(extentOf(layout, align).size);
  encode(new DataView(bytes.buffer), 0, layout, align, value);
  return io.copyOut(addr, bytes, opts);
}

function alignOf(opts: ObjectOpts): Alignment {
  const { align = "packed" } = checkOptions("opts", opts);
  return checkChoice("align", align, ["packed", "c"]);
}
