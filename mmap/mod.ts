/**
 * Files, devices and memory mapped as bytes, which can be searched, shared and
 * edited in place, and which cannot crash the program after they are unmapped.
 * Two kinds of access still can, as {@linkcode MMap} explains: access to a page
 * beyond the end of a truncated file, and access that the protection forbids.
 *
 * ```ts
 * import { MMap } from "@hostkit/hostkit/mmap";
 *
 * Deno.writeTextFileSync("/tmp/haystack", "hay\nneedle\nhay\n");
 *
 * using m = MMap.open("/tmp/haystack");
 * console.assert(m.indexOf("needle") === 4);
 *
 * Deno.removeSync("/tmp/haystack");
 * ```
 *
 * {@linkcode MMap.open}, {@linkcode MMap.anonymous} and {@linkcode MMap.memfd}
 * are the simplest functions; {@linkcode map}, {@linkcode mapRegion} and
 * {@linkcode mapAt} take a file descriptor and the flags of mmap(2).
 *
 * Needs `--allow-ffi` at the first call; importing needs nothing.
 *
 * @module
 */

export type { AdviseFlags, MapFlags, ProtFlags, SyncFlags } from "./flags.ts";
export { map, mapAt, mapRegion } from "./map.ts";
export type { MMapHandle } from "./handle.ts";
export { MappedBytes, type TypedArrayConstructor } from "./mapped_bytes.ts";
export { MappedPages } from "./mapped_pages.ts";
export { MMap } from "./mmap.ts";
export type {
  AnonymousOptions,
  MapOptions,
  MemfdOptions,
  OpenOptions,
} from "./options.ts";
export {
  MADV_COLD,
  MADV_COLLAPSE,
  MADV_DODUMP,
  MADV_DOFORK,
  MADV_DONTDUMP,
  MADV_DONTFORK,
  MADV_DONTNEED,
  MADV_DONTNEED_LOCKED,
  MADV_FREE,
  MADV_GUARD_INSTALL,
  MADV_GUARD_REMOVE,
  MADV_HUGEPAGE,
  MADV_HWPOISON,
  MADV_KEEPONFORK,
  MADV_MERGEABLE,
  MADV_NOHUGEPAGE,
  MADV_NORMAL,
  MADV_PAGEOUT,
  MADV_POPULATE_READ,
  MADV_POPULATE_WRITE,
  MADV_RANDOM,
  MADV_REMOVE,
  MADV_SEQUENTIAL,
  MADV_SOFT_OFFLINE,
  MADV_UNMERGEABLE,
  MADV_WILLNEED,
  MADV_WIPEONFORK,
  MAP_32BIT,
  MAP_ANON,
  MAP_ANONYMOUS,
  MAP_DENYWRITE,
  MAP_DROPPABLE,
  MAP_EXECUTABLE,
  MAP_FILE,
  MAP_FIXED,
  MAP_FIXED_NOREPLACE,
  MAP_GROWSDOWN,
  MAP_HUGETLB,
  MAP_LOCKED,
  MAP_NONBLOCK,
  MAP_NORESERVE,
  MAP_POPULATE,
  MAP_PRIVATE,
  MAP_SHARED,
  MAP_SHARED_VALIDATE,
  MAP_STACK,
  MAP_SYNC,
  MAP_TYPE,
  MS_ASYNC,
  MS_INVALIDATE,
  MS_SYNC,
  PROT_EXEC,
  PROT_NONE,
  PROT_RDWR,
  PROT_READ,
  PROT_WRITE,
} from "../posix/mod.ts";
