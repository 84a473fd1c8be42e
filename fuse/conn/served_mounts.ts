import type { MountInfo } from "./mounted.ts";

/** The mounts that this thread serves, by device. */
const served = new Map<string, MountInfo>();

/**
 * Notes that this thread serves a mount from now on. What is mounted nowhere, as
 * a replay, nobody can wait for.
 */
export function addServed(mount: MountInfo): void {
  if (mount.mountpoint !== "") served.set(mount.device, mount);
}

/** Notes that it does no more. */
export function removeServed(mount: MountInfo): void {
  // A later mount may have got the same number.
  if (served.get(mount.device) === mount) served.delete(mount.device);
}

/**
 * Whether this thread serves a mount: a call that waits for it here would wait
 * for ever.
 */
export function isServedHere({ device }: MountInfo): boolean {
  return served.has(device);
}

/** Returns the mount that this thread serves and a path leads into, if any. */
export function servedAbove(path: string): MountInfo | undefined {
  return served.values().find(({ mountpoint }) =>
    path.startsWith(`${mountpoint}/`)
  );
}
