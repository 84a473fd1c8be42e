/**
 * A file system on top of the interface of `node:fs/promises`.
 *
 * @module
 */

export * from "./interface.ts";
export { fromNodeFS, type NodeFSOptions } from "./node_fs.ts";
