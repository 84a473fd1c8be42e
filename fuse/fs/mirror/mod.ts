/**
 * A file system that mirrors a directory.
 *
 * @module
 */

export { MirrorFS } from "./mirror_fs.ts";
export { type MirrorOptions } from "./options.ts";
