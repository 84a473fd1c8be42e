/**
 * Makes the sources of mirrors, and changes them under a mounted mirror.
 *
 * @module
 */

import { MirrorFS, type ServeOptions } from "../../../../fuse/fs/mod.ts";
import { inClient } from "../../../_support/client.ts";
import type { Sys } from "../../../_support/client_process.ts";
import type { Scene } from "../../../_support/mount.ts";

/** Options without caching. */
export const NO_CACHE = { entryValidMs: 0, attrValidMs: 0 } as const;

/** Options with everything cached, as by default, and with nothing cached. */
export const CACHES: readonly (readonly [string, ServeOptions])[] = [
  ["cached", {}],
  ["not cached", NO_CACHE],
];

/** Replaces a file of the source by a new one, by rename(2). */
type Replace = (name: string, text: string) => void;

/** Makes an empty directory to be mirrored. */
export async function makeSource(scene: Scene): Promise<string> {
  const source = `${scene.dir}/source`;
  await Deno.mkdir(source);
  return source;
}

/** Runs a function on a mirror of the source that `setUp` filled. */
export async function onMirror<T>(
  scene: Scene,
  options: ServeOptions,
  setUp: (sys: Sys, source: string) => void,
  script: (sys: Sys, mnt: string, source: string, replace: Replace) => T,
): Promise<T> {
  const source = await makeSource(scene);
  await inClient(source, (sys, source, setUp) => setUp(sys, source), setUp);
  await using _session = await scene.mount(new MirrorFS(source), {
    readOnly: true,
    ...options,
  });
  return await inClient(
    scene.mnt,
    (sys, mnt, source, script) => {
      const replace: Replace = (name, text) => {
        sys.put(`${source}/${name}.new`, text);
        sys.rename(`${source}/${name}.new`, `${source}/${name}`);
      };
      return script(sys, mnt, source, replace);
    },
    source,
    script,
  );
}
