import { checkOptions, checkText } from "../../../ffi/internal.ts";
import type { MountOptions } from "../../mount/mod.ts";
import { PathFS } from "../path/mod.ts";
import type { ServeOptions } from "../server/mod.ts";
import { CHANGING_SOURCE } from "../source/internal.ts";
import type { NodeFileHandle, NodeFS } from "./interface.ts";
import { nodeFSOperations } from "./operations.ts";

/** What {@linkcode fromNodeFS} shows, and how it is mounted. */
export interface NodeFSOptions {
  /** The directory of the object that becomes the root. Default: `"/"`. */
  root?: string;
  /** How to mount it unless told otherwise. */
  mountOptions?: MountOptions & ServeOptions;
}

/**
 * Returns the file system that an object shows by the interface of
 * `node:fs/promises`: the npm package `memfs`, a reader of archives, or
 * `node:fs/promises` itself.
 *
 * A method that the object lacks is refused; without `open` files can be read
 * if it has `readFile`, and it is mounted read-only. What is made belongs to
 * whom the object says, with the permissions that it leaves. There are no
 * extended attributes and special files in that interface, and times are set to
 * the microsecond at best, before 1970 perhaps to the second. Names and targets
 * of links are text: what is not UTF-8 is EILSEQ, and not listed where the
 * object itself cannot say it.
 *
 * Mount it with its {@linkcode PathFS.mountOptions}: the kernel checks
 * permissions then.
 *
 * @param fs The object, or one with it in a property `promises`.
 * @param options What of it to show.
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
  // A class may have the methods as static ones.
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
