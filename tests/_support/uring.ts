/**
 * FUSE over io_uring, which the administrator must have switched on when a
 * file system is mounted.
 *
 * @module
 */

import { errno, linuxLibc } from "../../ffi/libc.ts";
import { SyscallError } from "../../ffi/mod.ts";
import type { MountOptions } from "../../fuse/mod.ts";
import type { FS, ServeOptions, Session } from "../../fuse/fs/mod.ts";
import { HostFd } from "../../hostfd/mod.ts";
import { O_RDWR } from "../../posix/mod.ts";
import { hasRing } from "../hostfd/uring/_ring.ts";
import { mountTest, type MountTestOptions, type Scene } from "./mount.ts";
import { isOverUring } from "./over_uring.ts";
import { canMount } from "./platform.ts";

const SWITCH = "/sys/module/fuse/parameters/enable_uring";
// sys/file.h
const LOCK_EX = 2;

/** Whether a test can mount over io_uring. */
export const canUseUring = canMount && hasRing && canSwitch();

function canSwitch(): boolean {
  try {
    HostFd.open(SWITCH, O_RDWR).close();
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs `body` with the switch as wanted, and puts it back. Only what is mounted
 * meanwhile is concerned; whoever else does this waits.
 */
export async function withSwitch<T>(
  isOn: boolean,
  body: () => Promise<T>,
): Promise<T> {
  using lock = HostFd.open(SWITCH, O_RDWR);
  if (linuxLibc().flock(lock.fd, LOCK_EX) < 0) {
    throw new SyscallError("flock", errno(), { path: SWITCH });
  }
  const before = await Deno.readTextFile(SWITCH);
  await Deno.writeTextFile(SWITCH, isOn ? "Y" : "N");
  try {
    return await body();
  } finally {
    await Deno.writeTextFile(SWITCH, before);
  }
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
