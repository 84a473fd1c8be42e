import { checkOptions, checkText } from "../../../ffi/internal.ts";
import type { MountOptions } from "../../mount/mod.ts";
import { PathFS } from "../path/mod.ts";
import type { ServeOptions } from "../server/mod.ts";
import { CHANGING_SOURCE } from "../source/internal.ts";
import type { NodeFileHandle, NodeFS } from "./interface.ts";
import { nodeFSOperations } from "./operations.ts";

/** The options of {@linkcode fromNodeFS}. */
export interface NodeFSOptions {
  /** The directory of the object that becomes the root. Default: `"/"`. */
  root?: string;
  /** The default mount options: see {@linkcode PathFS.mountOptions}. */
  mountOptions?: MountOptions & ServeOptions;
}

/**
 * Returns a file system for an object with the interface of `node:fs/promises`:
 * the npm package `memfs`, a reader of archives, or `node:fs/promises` itself.
 *
 * An operation whose method the object lacks is refused. Without `open`, files
 * can be read if the object has `readFile`, and the mount is read-only. The
 * object decides the owner and permissions of new files. The interface has no
 * extended attributes or special files. Times are set to the microsecond at
 * best, before 1970 perhaps to the second. Names and targets of links are text:
 * the error for bytes that are not UTF-8 is EILSEQ, and a name that the object
 * cannot return exactly is not listed.
 *
 * Mount it with its {@linkcode PathFS.mountOptions}: the kernel checks
 * permissions then.
 *
 * @param fs The object, or an object that has it as the property `promises`.
 * @param options The root directory and mount options.
 * @returns The file system.
 *
 * @example Usage
 * ```ts ignore
 * import { fromNodeFS, mountFS } from "@hostkit/hostkit/fuse/fs";
 * import * as promises from "node:fs/promises";
 *
 * const fs = fromNodeFS(promises, { root: "/usr/share" });
 * await using session = await mountFS("/mnt/share", fs, fs.mountOptions);
 * await session.closed;
 * ```
 */
export function fromNodeFS(
  fs: NodeFS | { readonly promises: NodeFS },
  options: NodeFSOptions = {},
): PathFS<NodeFileHandle> {
  // A class may have the methods as static methods.
  if (typeof fs !== "function") checkOptions("fs", fs);
  const api = "promises" in fs ? fs.promises : fs;
  const { root = "/", mountOptions = {} } = checkOptions("options", options);
  return new PathFS(nodeFSOperations(api, checkText("root", root)), {
    unlinked: "handle",
    mountOptions: {
      directIoAllowMmap: true,
      readOnly: api.open === undefined,
      ...CHANGING_SOURCE,
      ...checkOptions("mountOptions", mountOptions),
    },
  });
}
