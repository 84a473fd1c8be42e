/**
 * The check of a database that holds a file system.
 *
 * @module
 */

export { fsck } from "./fsck.ts";
