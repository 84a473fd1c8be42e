/**
 * The flag types of memory mappings, by the names they have in C.
 *
 * @module
 */

/** `PROT_NONE`, or any of `PROT_READ`, `PROT_WRITE`, `PROT_EXEC` together. */
export type ProtFlags = number;

/** `MAP_SHARED` or `MAP_PRIVATE`, and any other `MAP_*` together. */
export type MapFlags = number;

/** One of the `MADV_*` constants. */
export type AdviseFlags = number;

/** `MS_SYNC` or `MS_ASYNC`, either with `MS_INVALIDATE`. */
export type SyncFlags = number;
