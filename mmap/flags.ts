/**
 * The types of the flags of memory mappings.
 *
 * @module
 */

export type {
  AdviseFlags,
  MapFlags,
  ProtFlags,
  SyncFlags,
} from "../posix/mod.ts";
