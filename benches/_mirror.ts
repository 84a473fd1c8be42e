/**
 * Serves a mirror until it is unmounted.
 *
 *     deno run --allow-all _mirror.ts SOURCE DIR OPTIONS [--watch]
 *
 * It prints at its end, as JSON, for how many milliseconds its event loop was
 * blocked at most, if it is to watch that.
 *
 * @module
 */

import type { MountOptions } from "../fuse/mod.ts";
import { MirrorFS, mountFS, type ServeOptions } from "../fuse/fs/mod.ts";
import { mountModule } from "../fuse/fs/mount_module.ts";
import { LoopWatch } from "./_loop_watch.ts";
import type { MirrorData } from "./_mirror_module.ts";

/** How a mirror is mounted and served: in this thread unless by Workers. */
export interface MirrorServeOptions extends MountOptions, ServeOptions {
  readonly workers?: number;
}

async function main([source, dir, json, watch]: string[]): Promise<void> {
  const options: MirrorServeOptions = JSON.parse(json!);
  const data: MirrorData = { source: source!, exclude: dir! };
  if (options.workers !== undefined) {
    const module = import.meta.resolve("./_mirror_module.ts");
    return await (await mountModule(dir!, module, { ...options, data })).closed;
  }
  const session = await mountFS(dir!, new MirrorFS(source!, data), options);
  if (watch === undefined) return await session.closed;
  using loop = new LoopWatch();
  await session.closed;
  // deno-lint-ignore no-console -- the answer to who started this process
  console.log(JSON.stringify(loop.maxMs));
}

if (import.meta.main) main(Deno.args);
