/**
 * Ids that last as long as the nodes of a file system with POSIX semantics.
 *
 * @module
 */

export { LastingIds } from "./lasting_ids.ts";
