/**
 * Access by address to the memory of this process, of another process or of a
 * buffer, which fails with `EFAULT` for a bad address instead of crashing the
 * program.
 *
 * Needs `--allow-ffi` for a process's memory, and nothing for a buffer. Linux
 * only.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { copyObjectIn, ProcessIO } from "@hostkit/hostkit/usermem";
 *
 * using io = ProcessIO.self();
 * const libc = io.maps().find(({ path }) => /\/libc[.-]/.test(path))!;
 *
 * const header = { magic: ["u8", 4], class: "u8" } as const;
 * const { magic } = copyObjectIn(io, libc.range.start, header);
 * assert.equal(String.fromCharCode(...magic), "\x7fELF");
 *
 * assert.throws(() => copyObjectIn(io, 8n, header), { code: "EFAULT" });
 * ```
 *
 * @module
 */

export {
  addLength,
  type Addr,
  CACHE_LINE_SIZE,
  cacheLineRoundDown,
  cacheLineRoundUp,
  HUGE_PAGE_MASK,
  HUGE_PAGE_SHIFT,
  HUGE_PAGE_SIZE,
  hugePageOffset,
  hugeRoundDown,
  hugeRoundUp,
  isHugePageAligned,
  isPageAligned,
  JUMBO_PAGE_SIZE,
  mustHugeRoundUp,
  mustRoundUp,
  PAGE_MASK,
  PAGE_SHIFT,
  PAGE_SIZE,
  pageOffset,
  roundDown,
  roundUp,
  toPagesRoundUp,
} from "./addr.ts";
export { AddrRange, mustToRange, toRange } from "./addr_range.ts";
export { AddrRangeSeq } from "./addr_range_seq.ts";
export { type Accesses, AccessType } from "./access_type.ts";
export type { IO, IOOpts } from "./io.ts";
export { BytesIO } from "./bytes_io.ts";
export { MMapIO, type MMapIOOptions } from "./mmap_io.ts";
export { ProcessIO } from "./process_io.ts";
export type { MemoryMapping } from "./memory_mapping.ts";
export { IOReadWriter } from "./io_read_writer.ts";
export {
  bytesIOSequence,
  EndOfIOSequenceError,
  IOSequence,
  IOSequenceReadWriter,
} from "./io_sequence.ts";
export { iovecsIOSequence } from "./iovecs_io_sequence.ts";
export { copyInVec, copyOutVec, zeroOutVec } from "./vec.ts";
export { copyStringIn, PartialStringError } from "./copy_string.ts";
export { readCString } from "./read_c_string.ts";
export { copyInt32StringInVec, copyInt32StringsInVec } from "./copy_int32.ts";
export { copyObjectIn, copyObjectOut, type ObjectOpts } from "./copy_object.ts";
export type { Alignment, Layout, Scalar, ValueOf } from "./layout.ts";
