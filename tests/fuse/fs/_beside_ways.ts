/**
 * The ways to mount a directory that others use as well.
 *
 * @module
 */

import * as promises from "node:fs/promises";
import { fromNodeFS, MirrorFS } from "../../../fuse/fs/mod.ts";
import type { ServeOptions } from "../../../fuse/fs/mod.ts";
import type { Conn, MountOptions } from "../../../fuse/mod.ts";
import type { Scene } from "../../_support/mount.ts";
import { forgetsNames, stampsFinely } from "../../_support/platform.ts";
import type { CallOptions } from "./_beside_calls.ts";

const MIRROR_MODULE = import.meta.resolve("../../../fuse/fs/mirror/module.ts");
/** One way to mount a directory that others use as well. */
export interface Way extends CallOptions {
  /** Whether the kernel caches names and attributes, and is told of changes. */
  readonly isCached?: boolean;
  /** Whether the kernel cannot tell what others have changed. */
  readonly ignore: boolean;
  readonly mount: (
    scene: Scene,
    source: string,
  ) => Promise<AsyncDisposable & { readonly conn: Conn }>;
}

type Options = MountOptions & ServeOptions;

const OTHERS: Options = { allowOther: true, allowSuid: true };
const FRESH: Options = { ...OTHERS, entryValidMs: 0, attrValidMs: 0 };
const NO_CACHE: Options = { ...FRESH, directIO: true };

function mirror(options: Options): Way {
  const isCached = options.entryValidMs === undefined;
  return {
    uids: [0, 0, 1000, 1001],
    locks: true,
    isLinux: true,
    isCached,
    ignore: isCached ? !forgetsNames : !stampsFinely,
    mount(scene, source) {
      const fs = new MirrorFS(source);
      return scene.mount(fs, { ...fs.mountOptions, ...options });
    },
  };
}

function mirrorByWorkers(options: Options): Way {
  return {
    ...mirror(options),
    // They leave locks to the kernel.
    locks: false,
    mount(scene, source) {
      const data = { source, shared: MirrorFS.share(10_000) };
      const { mountOptions } = new MirrorFS(source, data);
      const all = { ...mountOptions, ...options, workers: 2, data };
      return scene.mountModule(MIRROR_MODULE, all);
    },
  };
}

const BLOCKING: Options = { mode: "blocking" };

/** Each way, by what a test calls it. */
export const WAYS: Readonly<Record<string, Way>> = {
  "a mirror": mirror(FRESH),
  "a mirror that is cached": mirror(OTHERS),
  "a mirror past the kernel's cache": mirror(NO_CACHE),
  "a mirror in blocking mode": mirror({ ...FRESH, ...BLOCKING }),
  "a mirror that is cached, in blocking mode": mirror({
    ...OTHERS,
    ...BLOCKING,
  }),
  "a mirror past the kernel's cache, in blocking mode": mirror({
    ...NO_CACHE,
    ...BLOCKING,
  }),
  "a mirror by two Workers": mirrorByWorkers(FRESH),
  "a mirror that is cached, by two Workers": mirrorByWorkers(OTHERS),
  "a mirror past the kernel's cache, by two Workers": mirrorByWorkers(NO_CACHE),
  "fromNodeFS()": {
    ignore: !stampsFinely,
    mount(scene, source) {
      const fs = fromNodeFS(promises, { root: source });
      return scene.mount(fs, { ...fs.mountOptions, ...FRESH });
    },
  },
};
