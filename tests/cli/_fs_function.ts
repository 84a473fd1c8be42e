/**
 * A module for `hostkit mount` whose function returns a file system that says
 * how it wants to be mounted.
 *
 * @module
 */

import { type FS, HelloFS } from "../../fuse/fs/mod.ts";

/** Makes it, later. */
export default function (): Promise<FS> {
  const mountOptions = {
    readOnly: true,
    fsName: "its own",
    noExec: true,
    noAtime: true,
  };
  return Promise.resolve(Object.assign(new HelloFS(), { mountOptions }));
}
