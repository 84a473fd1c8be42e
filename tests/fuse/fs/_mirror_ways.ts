/**
 * The ways to serve a mirror, which nobody shall be able to tell apart.
 *
 * @module
 */

import type { MountOptions } from "../../../fuse/mod.ts";
import { MirrorFS, type ServeOptions } from "../../../fuse/fs/mod.ts";
import type { Scene } from "../../_support/mount.ts";

/** What a Worker of a mirror loads. */
const MIRROR_MODULE = import.meta.resolve(
  "../../../fuse/fs/mirror/module.ts",
);

/** Mounts a mirror of a directory. */
export type MirrorWay = (
  scene: Scene,
  source: string,
  options?: MountOptions & ServeOptions,
) => Promise<AsyncDisposable>;

/** Each way, by what to add to the name of a test. */
export const MIRROR_WAYS: Readonly<Record<string, MirrorWay>> = {
  "": (scene, source, options) => {
    const fs = new MirrorFS(source);
    return scene.mount(fs, { ...fs.mountOptions, ...options });
  },
  ", in blocking mode with passthrough": (scene, source, options) => {
    const fs = new MirrorFS(source);
    return scene.mount(fs, {
      ...fs.mountOptions,
      ...options,
      mode: "blocking",
      passthrough: true,
    });
  },
  ", by two Workers": (scene, source, options) => {
    const data = { source, shared: MirrorFS.share(1000) };
    const { mountOptions } = new MirrorFS(source, data);
    return scene.mountModule(MIRROR_MODULE, {
      ...mountOptions,
      ...options,
      workers: 2,
      data,
    });
  },
};

/** The same past the kernel's cache, as `--no-cache` mounts it. */
export const uncached: MirrorWay = (scene, source, options) => {
  const fs = new MirrorFS(source);
  return scene.mount(fs, {
    ...fs.mountOptions,
    ...options,
    entryValidMs: 0,
    attrValidMs: 0,
    directIO: true,
  });
};
