import type { MapFlags, ProtFlags } from "./flags.ts";

/**
 * A mapping in transit to another thread, in a form that `postMessage` can
 * copy.
 *
 * The members are meant only for {@linkcode MMap.fromHandle}.
 */
export interface MMapHandle {
  /** The address of the first page. */
  readonly address: bigint;
  /** The length of the pages, in bytes. */
  readonly length: number;
  /** The number of bytes in the first page before the first byte mapped. */
  readonly head: number;
  /** The file descriptor that the mapping keeps open, or -1. */
  readonly fd: number;
  /** The offset of the first page in the file, in bytes. */
  readonly offset: bigint;
  /** The `PROT_*` flags of the mapping. */
  readonly prot: ProtFlags;
  /** The `MAP_*` flags of the mapping. */
  readonly flags: MapFlags;
  /** One word, which is 1 once a thread has taken the mapping. */
  readonly taken: SharedArrayBuffer;
}
