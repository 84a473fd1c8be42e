import {
  asyncErrno,
  AT_FDCWD,
  AT_STATX_FORCE_SYNC,
  cString,
  libc,
  statLayout,
} from "../../ffi/internal.ts";
import { ENOTCONN } from "../../posix/mod.ts";
import { isServedHere } from "../conn/internal.ts";
import type { MountInfo } from "../conn/mod.ts";
import { isFuse } from "./mount_info.ts";

/** The time in milliseconds to wait for a file system's ENOTCONN. */
const PROBE_MS = 1000;

/**
 * Whether a mount is FUSE and has lost its server. A mount that answers slowly,
 * or that this thread serves, is alive.
 */
export async function isDead(mount: MountInfo): Promise<boolean> {
  if (!isFuse(mount) || isServedHere(mount)) return false;
  const name = cString(mount.mountpoint);
  const stat = new Uint8Array(new ArrayBuffer(statLayout().size));
  // The kernel could answer from cached attributes without asking the server.
  const sync = AT_STATX_FORCE_SYNC;
  const probe = libc().fstatatAsync(AT_FDCWD, name, stat, sync);
  const { promise: timeout, resolve } = Promise.withResolvers<0>();
  const timer = setTimeout(() => resolve(0), PROBE_MS);
  const result = await Promise.race([probe, timeout]);
  clearTimeout(timer);
  return result < 0 && asyncErrno(result) === ENOTCONN;
}
