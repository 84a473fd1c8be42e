/**
 * The flag types of memory mappings, by the names they have in C.
 *
 * @module
 */

export type {
  AdviseFlags,
  MapFlags,
  ProtFlags,
  SyncFlags,
} from "../posix/flags.ts";
