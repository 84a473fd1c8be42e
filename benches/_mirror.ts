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

import { MirrorFS, mountFS } from "../fuse/fs/mod.ts";
import { LoopWatch } from "./_loop_watch.ts";

async function main([source, dir, json, watch]: string[]): Promise<void> {
  const fs = new MirrorFS(source!, { exclude: dir! });
  const session = await mountFS(dir!, fs, JSON.parse(json!));
  if (watch === undefined) return await session.closed;
  using loop = new LoopWatch();
  await session.closed;
  // deno-lint-ignore no-console -- the answer to who started this process
  console.log(JSON.stringify(loop.maxMs));
}

if (import.meta.main) main(Deno.args);
