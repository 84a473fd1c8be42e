/**
 * FUSE over io_uring, which the administrator must have switched on when a
 * file system is mounted.
 *
 * @module
 */

import type { MountOptions } from "../../fuse/mod.ts";
import type { FS, ServeOptions, Session } from "../../fuse/fs/mod.ts";
import { hasRing } from "../hostfd/uring/_ring.ts";
import { mountTest, type MountTestOptions, type Scene } from "./mount.ts";
import { isOverUring } from "./over_uring.ts";
import { canMount, canWrite } from "./platform.ts";
import { withSetting } from "./setting.ts";

const SWITCH = "/sys/module/fuse/parameters/enable_uring";

/** Whether a test can mount over io_uring. */
export const canUseUring = canMount && hasRing && canWrite(SWITCH);

/**
 * Runs `body` with the switch as wanted, and puts it back. Only what is mounted
 * meanwhile is concerned; whoever else does this waits.
 */
export function withSwitch<T>(
  isOn: boolean,
  body: () => Promise<T>,
): Promise<T> {
  return withSetting(SWITCH, isOn ? "Y" : "N", body);
}

/** Mounts a file system over io_uring. */
export async function mountOverUring(
  scene: Scene,
  fs: FS,
  options: MountOptions & ServeOptions = {},
): Promise<Session> {
  const session = await withSwitch(
    true,
    () => scene.mount(fs, { overIoUring: true, ...options }),
  );
  if (isOverUring(session)) return session;
  await session.unmount();
  throw new Error("It is not mounted over io_uring");
}

/** Declares a test that mounts over io_uring, skipped by name where it cannot. */
export function uringTest(
  name: string,
  body: (scene: Scene) => Promise<void>,
  options: MountTestOptions = {},
): void {
  const ignore = options.ignore || !canUseUring;
  mountTest(name, body, { ...options, ignore });
}
