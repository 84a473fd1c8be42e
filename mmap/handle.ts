import type { MapFlags, ProtFlags } from "./flags.ts";

/**
 * A mapping on its way to another thread: what `postMessage` can copy.
 *
 * Its members are nobody's business but {@linkcode MMap.fromHandle}'s.
 */
export interface MMapHandle {
  /** The address of the first page. */
  readonly address: bigint;
  /** The length from there, in bytes. */
  readonly length: number;
  /** Bytes in the first page before the first byte mapped. */
  readonly head: number;
  /** The file that the mapping keeps open, or -1. */
  readonly fd: number;
  /** Where in the file the first page is. */
  readonly offset: bigint;
  /** `PROT_*`, as mapped. */
  readonly prot: ProtFlags;
  /** `MAP_*`, as mapped. */
  readonly flags: MapFlags;
  /** One word that says whether somebody took the mapping. */
  readonly taken: SharedArrayBuffer;
}
