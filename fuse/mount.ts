import { cString } from "../ffi/c_string.ts";
import { errno, linuxLibc } from "../ffi/libc.ts";
import { SyscallError } from "../ffi/syscall_error.ts";
import { EINVAL, EPERM } from "../posix/constants_errno.ts";
import { again, fusermount } from "./_fusermount.ts";
import {
  fusermountOptions,
  mountArguments,
  privilegedOption,
} from "./_mount_arguments.ts";
import { checkMountpoint, mountpointPath } from "./_mountpoint.ts";
import { receivedDevice, receivedMount } from "./_received.ts";
import { Watcher } from "./_watcher.ts";
import { ClosedWithoutInitError, Conn } from "./conn.ts";
import { Device } from "./device.ts";
import { findMount, type MountInfo } from "./mount_info.ts";
import { checkMountOptions, type MountOptions } from "./mount_options.ts";
import { unmount } from "./unmount.ts";

/**
 * Mounts a FUSE file system on a directory and agrees with the kernel on the
 * protocol. Linux 4.20 and later.
 *
 * It calls mount(2), which needs CAP_SYS_ADMIN; where this process may not, it
 * runs fusermount3(1) of the package fuse3, found through `PATH` or named by
 * the environment's `FUSERMOUNT_PATH`.
 *
 * Nothing is answered yet: serve the connection, or the first program that
 * looks into the directory waits for ever.
 *
 * @param dir An empty directory. `/dev/fd/N` instead is a descriptor of
 * `/dev/fuse` with which another program, more privileged, has mounted: the
 * connection takes it over, and never unmounts. The options are then those of
 * the connection alone.
 * @param options How to mount it.
 * @returns The connection; closing it does not unmount without `autoUnmount`.
 * @throws {MountpointDoesNotExistError} If there is no such directory.
 * @throws {SyscallError} ENOTDIR, ENOTEMPTY, EBUSY (a mount point), ENOTCONN
 * (a mount point whose server is gone), EPERM or EACCES without the privilege,
 * ENOENT for `/dev/fuse`, EINVAL for an option that this kernel does not know.
 * @throws {ClosedWithoutInitError} If it is unmounted at once.
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
  checkMountOptions(options);
  const received = receivedDevice(dir);
  const path = received !== undefined
    ? dir
    : options.allowNonEmptyMount
    ? mountpointPath(dir)
    : await checkMountpoint(dir);
  const device = received ?? await mountDevice(path, options);
  let conn: Conn;
  try {
    const info = received ? receivedMount(path, received) : mounted(path);
    conn = new Conn(device, info, options);
  } catch (error) {
    await device.close();
    throw error;
  }
  conn._isForeign = received !== undefined;
  return await begin(conn, options);
}

/** Starts the session; if that fails nothing is left of the mount. */
async function begin(conn: Conn, options: MountOptions): Promise<Conn> {
  try {
    if (options.autoUnmount && !conn._isForeign) {
      conn._watcher = new Watcher(conn.mountInfo);
    }
    await conn._handshake(options);
    return conn;
  } catch (error) {
    await conn.close();
    await unmount(conn, { lazy: true });
    throw error;
  }
}

/** Returns the mount that has just been made. */
function mounted(path: string): MountInfo {
  const mount = findMount(path);
  if (mount !== undefined) return mount;
  throw new ClosedWithoutInitError();
}

/** Mounts, by fusermount3 where this process may not do it itself. */
async function mountDevice(
  path: string,
  options: MountOptions,
): Promise<Device> {
  try {
    return mountDirectly(path, options);
  } catch (cause) {
    const refusal = cause as SyscallError;
    if (refusal.syscall !== "mount" || refusal.errno !== EPERM) throw cause;
    const option = privilegedOption(options);
    if (option !== undefined) {
      throw again(refusal, `${option} needs CAP_SYS_ADMIN: run as root`);
    }
    const words = fusermountOptions(options);
    return new Device(await fusermount(path, words, refusal));
  }
}

function mountDirectly(path: string, options: MountOptions): Device {
  const device = new Device();
  const { source, type, flags, data } = mountArguments(device.fd, options);
  const result = linuxLibc().mount(
    cString(source),
    cString(path),
    cString(type),
    BigInt(flags),
    cString(data),
  );
  if (result === 0) return device;
  const error = errno();
  device.close();
  const hint = error === EINVAL && options.context !== undefined
    ? "context needs a kernel with SELinux"
    : undefined;
  throw new SyscallError("mount", error, { path, hint });
}
