/**
 * Loading the file system of a module.
 *
 * @module
 */

export { loadFS } from "./load_fs.ts";
