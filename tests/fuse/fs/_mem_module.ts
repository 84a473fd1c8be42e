/**
 * A file system in memory, for Workers to serve.
 *
 * @module
 */

import { MemFS } from "../../../fuse/fs/mod.ts";

/** Makes it. */
export default function (): MemFS {
  return new MemFS();
}
