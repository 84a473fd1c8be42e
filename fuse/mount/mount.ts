import {
  checkOptions,
  checkText,
  cString,
  errno,
  linuxLibc,
} from "../../ffi/internal.ts";
import { SyscallError } from "../../ffi/mod.ts";
import { EACCES, EINVAL, EPERM } from "../../posix/mod.ts";
import { Device } from "../channel/internal.ts";
import { ClosedWithoutInitError, Conn, type MountInfo } from "../conn/mod.ts";
import { WireLogWriter } from "../trace/internal.ts";
import { fusermount, withHint } from "./fusermount.ts";
import {
  fusermountOptions,
  mountArguments,
  privilegedOption,
} from "./mount_arguments.ts";
import { isFuse, listMounts } from "./mount_info.ts";
import { checkMountOptions, type MountOptions } from "./mount_options.ts";
import { busy, Mountpoint, refuseMounted } from "./mountpoint.ts";
import { deviceNumber, receivedDevice, receivedMount } from "./received.ts";
import { resolveMountpoint } from "./resolve.ts";
import { Turns } from "./turns.ts";
import { detach, unmount } from "./unmount.ts";
import { Watcher } from "./watcher.ts";

/**
 * Mounts a FUSE file system on a directory and agrees with the kernel on the
 * protocol. Linux 4.20 and later.
 *
 * This calls mount(2), which needs CAP_SYS_ADMIN. Without it, this runs
 * fusermount3(1) of the package fuse3, found through `PATH` or named by the
 * environment variable `FUSERMOUNT_PATH`.
 *
 * Requests are not answered yet: unless the connection is served, the first
 * program that accesses the directory waits forever.
 *
 * @param dir An empty directory; or `/dev/fd/N` for a descriptor of `/dev/fuse`
 * with which a more privileged program has mounted. The connection then takes
 * over the descriptor and never unmounts, and only the options of the
 * connection apply.
 * @param options The mount options.
 * @returns The connection; closing it unmounts only with `autoUnmount`.
 * @throws {MountpointDoesNotExistError} If there is no such directory.
 * @throws {SyscallError} ENOTDIR, ENOTEMPTY, EBUSY (a mount point), ENOTCONN
 * (a mount point whose server is gone), EPERM or EACCES without the privilege,
 * ENOENT for `/dev/fuse`, EINVAL for an option that this kernel does not know.
 * @throws {ClosedWithoutInitError} If it is unmounted before INIT.
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
  checkText("dir", dir);
  checkMountOptions(checkOptions("options", options));
  const received = receivedDevice(dir);
  const conn = received === undefined
    ? await mountOn(await resolveMountpoint(dir), options)
    : takenOver(dir, received, options);
  return await begin(conn, options);
}

/** Starts the session; unmounts if that fails. */
async function begin(conn: Conn, options: MountOptions): Promise<Conn> {
  try {
    if (options.autoUnmount && !conn._isForeign) {
      conn._watcher = new Watcher(conn.mountInfo);
    }
    await conn._handshake(options);
    return conn;
  } catch (error) {
    // Errors of the cleanup only follow from the first error.
    await conn.close().catch(() => {});
    await unmount(conn, { lazy: true }).catch(() => {});
    throw error;
  }
}

/** Opens a recording before mounting, since the mount might hide its file. */
function recording({ record }: MountOptions): WireLogWriter | undefined {
  return record === undefined ? undefined : new WireLogWriter(record);
}

function takenOver(
  name: string,
  device: Device,
  options: MountOptions,
): Conn {
  try {
    const info = receivedMount(name, device);
    const conn = new Conn(device, info, options, recording(options));
    conn._isForeign = true;
    return conn;
  } catch (error) {
    device.close();
    throw error;
  }
}

/** The most times that the mount table is read to find a new mount. */
const MAX_LISTS = 16;

/** Serializes mounts on the same directory. */
const turns = new Turns();

function mountOn(path: string, options: MountOptions): Promise<Conn> {
  return turns.take(path, async () => {
    const { allowNonEmptyMount = false } = options;
    if (!allowNonEmptyMount) await refuseMounted(path);
    // No other code of this process runs between this and mount(2).
    using mountpoint = new Mountpoint(path);
    const before = listMounts();
    if (!allowNonEmptyMount) {
      const { path } = mountpoint;
      const other = before.find((mount) => mount.mountpoint === path);
      if (other !== undefined) throw busy(other);
      mountpoint.refuseEntries();
    }
    const log = recording(options);
    try {
      const device = await mountDevice(mountpoint, options);
      const info = await identify(before, mountpoint, device);
      return new Conn(device, info, options, log);
    } catch (error) {
      log?.close();
      throw error;
    }
  });
}

/** Returns the mount that has just been made; unmounts if that fails. */
async function identify(
  before: readonly MountInfo[],
  mountpoint: Mountpoint,
  device: Device,
): Promise<MountInfo> {
  try {
    const info = findMade(before, mountpoint, device);
    if (info !== undefined) return info;
    throw new ClosedWithoutInitError();
  } catch (error) {
    const { isOver } = device;
    await device.close();
    // With the device closed, descriptors are free to read the mount table.
    if (!isOver) await removeMade(before, mountpoint).catch(() => {});
    throw error;
  }
}

/** Unmounts the mount that has just been made and has no server. */
async function removeMade(
  before: readonly MountInfo[],
  { path }: Mountpoint,
): Promise<void> {
  const made = newMounts(before).find(({ mountpoint }) => mountpoint === path);
  if (made !== undefined) await detach(made);
}

/** Returns the FUSE mounts that were not there before. */
function newMounts(before: readonly MountInfo[]): MountInfo[] {
  // The kernel reuses ids and device numbers immediately after unmounting.
  const keyOf = ({ id, device, mountpoint }: MountInfo): string =>
    `${id} ${device} ${mountpoint}`;
  const known = new Set(before.map(keyOf));
  return listMounts().filter((mount) =>
    isFuse(mount) && !known.has(keyOf(mount))
  );
}

/**
 * Returns the mount that has just been made; `undefined` if it is gone.
 *
 * Several mounts can match only on a kernel that does not report the
 * connection's number: copies in other directories by mount propagation, or
 * another program's mount of the same moment. The path chooses between these
 * only, since it may lead to another directory by now.
 */
function findMade(
  before: readonly MountInfo[],
  mountpoint: Mountpoint,
  device: Device,
): MountInfo | undefined {
  const number = deviceNumber(device);
  // An old kernel lists mounts piecemeal and may omit some.
  for (let tries = 0; tries < MAX_LISTS; tries++) {
    const made = number === undefined
      ? newMounts(before)
      : listMounts().filter((mount) =>
        isFuse(mount) && mount.device === number
      );
    const { path } = mountpoint;
    const found = made.find((mount) => mount.mountpoint === path) ??
      (made.every(({ device }) => device === made[0]!.device)
        ? made[0]
        : undefined);
    // The device number may belong to another mount then.
    if (device.isOver) return undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Mounts directly, or by fusermount3 if this process may not. */
async function mountDevice(
  mountpoint: Mountpoint,
  options: MountOptions,
): Promise<Device> {
  try {
    return mountDirectly(mountpoint, options);
  } catch (cause) {
    const refusal = cause as SyscallError;
    const { syscall, errno } = refusal;
    const mayNotOpen = syscall === "open" && errno === EACCES;
    if (!mayNotOpen && !(syscall === "mount" && errno === EPERM)) throw cause;
    const option = privilegedOption(options);
    if (option !== undefined) {
      throw withHint(refusal, `${option} needs CAP_SYS_ADMIN: run as root`);
    }
    try {
      const words = fusermountOptions(options);
      return new Device(await fusermount(mountpoint.path, words, refusal));
    } catch (error) {
      const { syscall, message } = error as SyscallError;
      if (!mayNotOpen) throw error;
      const advice = "give it mode 666, or run as root";
      // Without the program, the error is `refusal` itself.
      const hint = syscall === "open" ? advice : `${message}: ${advice}`;
      throw withHint(refusal, hint);
    }
  }
}

function mountDirectly(mountpoint: Mountpoint, options: MountOptions): Device {
  const { path } = mountpoint;
  const device = new Device();
  const { source, type, flags, data } = mountArguments(device.fd, options);
  const result = linuxLibc().mount(
    cString(source),
    cString(mountpoint.name),
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
