/**
 * Small file systems: a greeting, a clock and a tree of nodes.
 *
 * @module
 */

export { ClockFS } from "./clock_fs.ts";
export { HelloFS } from "./hello_fs.ts";
export { Tree } from "./tree.ts";
