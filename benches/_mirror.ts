/**
 * Serves a mirror until it is unmounted.
 *
 *     deno run --allow-all _mirror.ts SOURCE DIR OPTIONS [--watch]
 *
 * With `--watch` it prints at its end, as JSON, the longest time for which its
 * event loop was blocked, in milliseconds.
 *
 * @module
 */

import { write } from "../cli/internal.ts";
import { FUSE_OVER_IO_URING, FUSE_PASSTHROUGH } from "../fuse/abi/mod.ts";
import { MirrorFS, mountFS, type ServeOptions } from "../fuse/fs/mod.ts";
import { mountModule } from "../fuse/fs/workers/mod.ts";
import type { MountOptions } from "../fuse/mod.ts";
import { LoopWatch } from "./_loop_watch.ts";
import type { MirrorData } from "./_mirror_module.ts";
import { READY } from "./_server.ts";

/** The options to mount and serve a mirror, in this thread or by Workers. */
export interface MirrorServeOptions extends MountOptions, ServeOptions {
  readonly workers?: number;
  readonly xattrs?: boolean;
}

async function main([source, dir, json, watch]: string[]): Promise<void> {
  const options: MirrorServeOptions = JSON.parse(json!);
  const { workers = 0, xattrs = true } = options;
  const data: MirrorData = {
    source: source!,
    exclude: dir!,
    xattrs,
    ...workers > 1 ? { shared: MirrorFS.share() } : {},
  };
  if (options.workers !== undefined) {
    const module = import.meta.resolve("./_mirror_module.ts");
    const session = await mountModule(dir!, module, { ...options, data });
    write(Deno.stdout, READY);
    return await session.closed;
  }
  const session = await mountFS(dir!, new MirrorFS(source!, data), options);
  const lacking = lackingOf(options, session.conn.features);
  if (lacking !== undefined) {
    await session.unmount();
    throw new Error(lacking);
  }
  write(Deno.stdout, READY);
  if (watch === undefined) return await session.closed;
  using loop = new LoopWatch();
  await session.closed;
  write(Deno.stdout, JSON.stringify(loop.maxMs));
}

/**
 * Returns the option that the kernel did not grant, if any. The server would
 * continue without it, and must not be measured under that name.
 */
function lackingOf(
  { overIoUring, passthrough }: MirrorServeOptions,
  features: bigint,
): string | undefined {
  if (overIoUring && (features & FUSE_OVER_IO_URING) === 0n) {
    return "the kernel grants no io_uring: see fuse's parameter enable_uring";
  }
  if (passthrough && (features & FUSE_PASSTHROUGH) === 0n) {
    return "the kernel grants no passthrough";
  }
  return undefined;
}

if (import.meta.main) main(Deno.args);
