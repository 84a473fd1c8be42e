/**
 * A file system made of operations on paths.
 *
 * @module
 */

export { PathContext } from "./context.ts";
export * from "./operations.ts";
export { PathFS, type PathFSOptions } from "./path_fs.ts";
