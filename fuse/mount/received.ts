/**
 * Mounts by other programs: a privileged program mounts with a descriptor of
 * `/dev/fuse` and passes it on, named `/dev/fd/N` as in libfuse.
 *
 * @module
 */

import { decodeBytes } from "../../ffi/internal.ts";
import { SyscallError } from "../../ffi/mod.ts";
import { readFile } from "../../posix/internal.ts";
import { EINVAL, major, minor } from "../../posix/mod.ts";
import { fstat, S_ISCHR } from "../../posix/mod.ts";
import { Device } from "../channel/internal.ts";
import type { MountInfo } from "../conn/mod.ts";
import { deviceOf, listMounts } from "./mount_info.ts";

/** The numbers of `/dev/fuse`: `FUSE_MINOR` of linux/miscdevice.h. */
const MISC_MAJOR = 10;
const FUSE_MINOR = 229;

/**
 * Returns the device that `/dev/fd/N` names; `undefined` for any other name.
 *
 * @throws {SyscallError} EBADF for a descriptor that is not open, EINVAL for a
 * descriptor of another file than `/dev/fuse`.
 */
export function receivedDevice(name: string): Device | undefined {
  const [, digits] = /^\/dev\/fd\/(\d{1,9})$/.exec(name) ?? [];
  if (digits === undefined) return undefined;
  const fd = Number(digits);
  const { mode, rdev } = fstat(fd);
  if (
    S_ISCHR(mode) && major(rdev) === MISC_MAJOR && minor(rdev) === FUSE_MINOR
  ) {
    return new Device(fd);
  }
  throw new SyscallError("mount", EINVAL, {
    path: name,
    hint: "the descriptor is not one of /dev/fuse",
  });
}

/**
 * Returns the device number, `major:minor`, of the mount of a `/dev/fuse`
 * descriptor, which the kernel reports since Linux 6.18.
 */
export function deviceNumber({ fd }: Device): string | undefined {
  const info = decodeBytes(readFile(`/proc/self/fdinfo/${fd}`));
  const [, connection] = /^fuse_connection:\t(\d+)$/m.exec(info) ?? [];
  return connection === undefined ? undefined : deviceOf(Number(connection));
}

/**
 * Returns the mount of a received device, if this process can find it: since
 * Linux 6.18, and in its own mount namespace.
 */
export function receivedMount(name: string, received: Device): MountInfo {
  const device = deviceNumber(received) ?? "";
  const found = listMounts().find((mount) => mount.device === device);
  return found ??
    { id: 0, mountpoint: name, device, type: "fuse", source: "", options: "" };
}
