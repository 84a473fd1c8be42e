import type { SealFlags } from "../posix/mod.ts";
import type { AdviseFlags } from "./flags.ts";

/** The options that {@linkcode MMap.open}, `anonymous` and `memfd` share. */
export interface MapOptions {
  /** Whether to populate the pages before the call returns. */
  populate?: boolean;
  /** The expected use of the pages: one of the `MADV_*` constants. */
  advice?: AdviseFlags;
}

/** Options of {@linkcode MMap.open}. */
export interface OpenOptions extends MapOptions {
  /**
   * The effect of writes to the mapping.
   *
   * - `"read"` (the default): the file is opened for reading. A write neither
   *   kills the process nor reaches the file: it changes the mapping's own copy
   *   of the page.
   * - `"readwrite"`: writes reach the file and all other mappings of it.
   * - `"copy"`: the same as `"read"`, for a program that intends to write.
   */
  mode?: "read" | "readwrite" | "copy";
  /** With `"readwrite"`: create the file if it does not exist. */
  create?: boolean;
  /** With `"readwrite"`: create the file, and fail if it exists. */
  createNew?: boolean;
  /** The permissions of a new file, modified by the umask; `0o666` by default. */
  permissions?: number;
  /** With `"readwrite"`: extend a shorter file to this size in bytes. */
  size?: number;
  /** The offset in the file, in bytes; it need not be page aligned. */
  offset?: number;
  /** The length in bytes; to the end of the file by default. */
  length?: number;
  /** Whether to prefer transparent huge pages (`MADV_HUGEPAGE`). */
  hugePages?: boolean;
}

/** Options of {@linkcode MMap.anonymous}. */
export interface AnonymousOptions extends MapOptions {
  /** Whether child processes of fork(2) share the memory (`MAP_SHARED`). */
  shared?: boolean;
  /**
   * `true` to prefer transparent huge pages, or the size in bytes of huge pages
   * to take from the system's pool; the length must be a multiple of it.
   */
  hugePages?: boolean | number;
}

/** Options of {@linkcode MMap.memfd}. */
export interface MemfdOptions extends MapOptions {
  /** The seals (`F_SEAL_*`) to add after mapping. */
  seals?: SealFlags;
  /** As for {@linkcode AnonymousOptions}. */
  hugePages?: boolean | number;
}
