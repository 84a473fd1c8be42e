/**
 * A file system in memory.
 *
 * @module
 */

export { MemFS, type MemFSOptions } from "./mem_fs.ts";
