/**
 * Nodes with POSIX semantics, and the volume that holds them.
 *
 * @module
 */

export { NAME_MAX, PosixDirectory } from "./directory.ts";
export { PosixFile } from "./file.ts";
export { PosixSpecial, PosixSymlink, SHORT_TARGET } from "./leaves.ts";
export {
  checkLimit,
  fillStatfs,
  limitsOf,
  mountOptionsFor,
  rootOwnership,
} from "./limits.ts";
export { PosixNode } from "./node.ts";
export { Time } from "./time.ts";
export {
  type Content,
  type Entries,
  type Entry,
  type Limits,
  PAGE,
  PosixVolume,
} from "./volume.ts";
export { Xattrs } from "./xattrs.ts";
