import type { MountInfo } from "./mounted.ts";

/** The mounts that this thread serves, by device. */
const served = new Map<string, MountInfo>();

/** Records that this thread serves a mount; ignores replays. */
export function addServed(mount: MountInfo): void {
  if (mount.mountpoint !== "") served.set(mount.device, mount);
}

/** Records that this thread no longer serves a mount. */
export function removeServed(mount: MountInfo): void {
  // A later mount may have the same device number.
  if (served.get(mount.device) === mount) served.delete(mount.device);
}

/** Whether this thread serves a mount, so that a blocking call deadlocks. */
export function isServedHere({ device }: MountInfo): boolean {
  return served.has(device);
}

/** Returns the mount that a path leads into, if this thread serves it. */
export function servedAbove(path: string): MountInfo | undefined {
  return served.values().find(({ mountpoint }) =>
    path.startsWith(`${mountpoint}/`)
  );
}
