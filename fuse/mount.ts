import { cString } from "../ffi/c_string.ts";
import { errno, libc, linuxLibc } from "../ffi/libc.ts";
import { SyscallError } from "../ffi/syscall_error.ts";
import { MS_NODEV, MS_NOSUID, MS_RDONLY } from "../posix/constants_mount.ts";
import { EPERM } from "../posix/constants_errno.ts";
import { checkMountpoint, mountpointPath } from "./_mountpoint.ts";
import { ClosedWithoutInitError, Conn } from "./conn.ts";
import { Device } from "./device.ts";
import { findMount, type MountInfo } from "./mount_info.ts";
import type { MountOptions } from "./mount_options.ts";

/** sys/mount.h */
const MNT_DETACH = 2;

/** The type bits of a directory's mode, in the octal that the kernel parses. */
const ROOTMODE = "40000";

/**
 * Mounts a FUSE file system on a directory and agrees with the kernel on the
 * protocol: mount(2), which needs CAP_SYS_ADMIN. Linux 4.20 and later.
 *
 * Nothing is answered yet: serve the connection, or the first program that
 * looks into the directory waits for ever.
 *
 * @param dir An empty directory.
 * @param options How to mount it.
 * @returns The connection; closing it does not unmount.
 * @throws {MountpointDoesNotExistError} If there is no such directory.
 * @throws {SyscallError} ENOTDIR, ENOTEMPTY, EBUSY (a mount point), ENOTCONN
 * (a mount point whose server is gone), EPERM without the privilege, ENOENT or
 * EACCES for `/dev/fuse`.
 * @throws {OldVersionError} If the kernel is older than 4.20.
 *
 * @example Read the first request
 * ```ts ignore
 * import { mount, unmount } from "@hostkit/hostkit/fuse";
 *
 * await using conn = await mount("/mnt/example", { fsName: "example" });
 * const request = await conn.readRequest();
 * console.log(`${request}`); // GETATTR [ID=0x4 Node=0x1 …
 * request?.respondError(new Deno.errors.NotSupported());
 * await unmount("/mnt/example", { lazy: true });
 * ```
 */
export async function mount(
  dir: string,
  options: MountOptions = {},
): Promise<Conn> {
  checkOptions(options);
  const path = options.allowNonEmptyMount
    ? mountpointPath(dir)
    : await checkMountpoint(dir);
  const device = new Device();
  let conn: Conn | undefined;
  try {
    mountDevice(device, path, options);
    conn = new Conn(device, mounted(path), options);
    await conn._handshake(options);
    return conn;
  } catch (error) {
    if (conn !== undefined) linuxLibc().umount2(cString(path), MNT_DETACH);
    await (conn ?? device).close();
    throw error;
  }
}

/** Returns the mount that has just been made. */
function mounted(path: string): MountInfo {
  const mount = findMount(path);
  if (mount !== undefined) return mount;
  throw new ClosedWithoutInitError();
}

function mountDevice(device: Device, path: string, options: MountOptions) {
  const { allowDev, allowSuid, readOnly, subtype } = options;
  const flags = (readOnly ? MS_RDONLY : 0) | (allowSuid ? 0 : MS_NOSUID) |
    (allowDev ? 0 : MS_NODEV);
  const data = [
    `fd=${device.fd}`,
    `rootmode=${ROOTMODE}`,
    `user_id=${libc().geteuid()}`,
    `group_id=${libc().getegid()}`,
    ...options.allowOther ? ["allow_other"] : [],
    ...options.defaultPermissions ? ["default_permissions"] : [],
  ].join(",");
  const result = linuxLibc().mount(
    cString(options.fsName ?? "hostkit"),
    cString(path),
    cString(subtype === undefined ? "fuse" : `fuse.${subtype}`),
    BigInt(flags),
    cString(data),
  );
  if (result < 0) {
    const error = errno();
    const hint = error === EPERM
      ? "mount(2) needs CAP_SYS_ADMIN: run as root"
      : undefined;
    throw new SyscallError("mount", error, { path, hint });
  }
}

function checkOptions(options: MountOptions): void {
  checkWord("fsName", options.fsName);
  checkWord("subtype", options.subtype);
  checkRange("maxWrite", options.maxWrite, 4096, 1 << 28);
  checkRange("maxReadahead", options.maxReadahead, 0, 2 ** 32 - 1);
  checkRange("maxBackground", options.maxBackground, 1, 0xffff);
  checkRange("congestionThreshold", options.congestionThreshold, 1, 0xffff);
  const { readdirplus = "auto" } = options;
  if (!["auto", "always", "never"].includes(readdirplus)) {
    throw new TypeError(`Cannot mount with readdirplus ${readdirplus}`);
  }
}

function checkWord(name: string, value: string | undefined): void {
  if (value === "" || value?.includes("\0")) {
    throw new TypeError(`Cannot mount with ${name} ${JSON.stringify(value)}`);
  }
}

function checkRange(
  name: string,
  value: number | undefined,
  low: number,
  high: number,
): void {
  if (value === undefined) return;
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new RangeError(
      `Cannot mount with ${name} ${value}: it goes from ${low} to ${high}`,
    );
  }
}
