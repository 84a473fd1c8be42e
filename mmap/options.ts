import type { SealFlags } from "../posix/flags.ts";
import type { AdviseFlags } from "./flags.ts";

/** What {@linkcode MMap.open}, `anonymous` and `memfd` have in common. */
export interface MapOptions {
  /** Bring the pages in before the call returns. */
  populate?: boolean;
  /** What to tell the kernel about the use: one of the `MADV_*` constants. */
  advice?: AdviseFlags;
}

/** Options of {@linkcode MMap.open}. */
export interface OpenOptions extends MapOptions {
  /**
   * What happens to stores.
   *
   * - `"read"` (the default): the file is opened for reading. A store does not
   *   end the process, and does not reach the file: it changes this mapping's
   *   own copy of the page.
   * - `"readwrite"`: stores reach the file and everybody who maps it.
   * - `"copy"`: like `"read"`, said by a program that means to store.
   */
  mode?: "read" | "readwrite" | "copy";
  /** With `"readwrite"`: create the file where there is none. */
  create?: boolean;
  /** With `"readwrite"`: create the file, and fail where there is one. */
  createNew?: boolean;
  /** The permissions of a new file, less the umask; `0o666` by default. */
  permissions?: number;
  /** With `"readwrite"`: extend a shorter file to this size in bytes. */
  size?: number;
  /** Where the mapping begins, in bytes; it need not be page aligned. */
  offset?: number;
  /** Its length in bytes; to the end of the file by default. */
  length?: number;
  /** Prefer transparent huge pages (`MADV_HUGEPAGE`). */
  hugePages?: boolean;
}

/** Options of {@linkcode MMap.anonymous}. */
export interface AnonymousOptions extends MapOptions {
  /** Whether child processes made by fork(2) share it: `MAP_SHARED`. */
  shared?: boolean;
  /**
   * Prefer transparent huge pages (`true`), or take huge pages of this size in
   * bytes from the system's pool; the length must be a multiple of it.
   */
  hugePages?: boolean | number;
}

/** Options of {@linkcode MMap.memfd}. */
export interface MemfdOptions extends MapOptions {
  /** Seals to add once it is mapped: `F_SEAL_*`. */
  seals?: SealFlags;
  /** As in {@linkcode AnonymousOptions}. */
  hugePages?: boolean | number;
}
