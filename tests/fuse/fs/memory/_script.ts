/**
 * Functions that tests of a file system in memory run in a fresh one.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import {
  MemFS,
  type MemFSOptions,
  type Session,
} from "../../../../fuse/fs/mod.ts";
import { inClient } from "../../../_support/client.ts";
import type { Sys } from "../../../_support/client_process.ts";
import { mountTest, type Scene } from "../../../_support/mount.ts";

/** Mounts an empty one that everybody may use. */
function mount(scene: Scene, options: MemFSOptions = {}): Promise<Session> {
  const fs = new MemFS({ mode: 0o777, size: 1 << 26, ...options });
  return scene.mount(fs, {
    ...fs.mountOptions,
    allowOther: true,
    allowDev: true,
    allowSuid: true,
  });
}

/** What is free: blocks and inodes. */
export type Free = () => [blocks: number, inodes: number];

/**
 * Declares a test of a client's function, which starts in the mount: what it
 * returns, and what that must be.
 */
export function scriptTest(
  name: string,
  script: (sys: Sys, free: Free) => unknown,
  expected: unknown,
  options: MemFSOptions = {},
): void {
  mountTest(`MemFS: ${name}`, async (scene) => {
    await using _session = await mount(scene, options);
    const seen = await inClient(scene.mnt, (sys, mnt, script) => {
      sys.chdir(mnt);
      const free: Free = () => {
        const { bfree, ffree } = sys.statfs(".");
        return [bfree, ffree];
      };
      return script(sys, free);
    }, script);
    assertEquals(seen, expected);
  });
}
