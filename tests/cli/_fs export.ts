/**
 * A module for `hostkit mount` that exports a file system as `fs`.
 *
 * @module
 */

import { HelloFS } from "../../fuse/fs/mod.ts";

/** The file system. */
export const fs: HelloFS = new HelloFS();
