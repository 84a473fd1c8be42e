/**
 * Tests through the real kernel. Each has a directory of its own to mount on,
 * a time limit, and is unmounted by force if it does not do that itself.
 *
 * @module
 */

import { Scene, withScene } from "../../fuse/fs/testing/mod.ts";
import { lacks } from "./always_there.ts";
import { useCaches } from "./caches.ts";
import { canDropCaches, canMount } from "./platform.ts";

export { Scene };

/**
 * How long a test may take: longer than any does on a machine with much else to
 * do, since only one that hangs should end so.
 */
const LIMIT_MS = 180_000;

/** What a test that mounts needs beside the kernel. */
export interface MountTestOptions {
  /**
   * Programs it starts and that not every machine has. Without one of them it
   * is skipped.
   */
  programs?: string[];
  /** Whether it has the kernel drop its caches, beside no other test. */
  dropsCaches?: boolean;
  /** A further reason to skip it. */
  ignore?: boolean;
  /** How long it may take, in milliseconds. */
  limitMs?: number;
}

/** Declares a test that mounts, skipped by name where it cannot run. */
export function mountTest(
  name: string,
  body: (scene: Scene) => Promise<void>,
  options: MountTestOptions = {},
): void {
  const { programs = [], dropsCaches = false, ignore = false, ...rest } =
    options;
  Deno.test(name, {
    ignore: ignore || !canMount || lacks(...programs) ||
      dropsCaches && !canDropCaches,
  }, async () => {
    using _caches = useCaches(dropsCaches);
    await withScene(body, { limitMs: LIMIT_MS, ...rest });
  });
}
