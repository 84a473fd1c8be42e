import { checkText, cString, errno, linuxLibc } from "../../ffi/internal.ts";
import { SyscallError } from "../../ffi/mod.ts";
import { HostFd } from "../../hostfd/mod.ts";
import {
  ENOENT,
  MS_NODEV,
  MS_NOEXEC,
  MS_NOSUID,
  O_WRONLY,
} from "../../posix/mod.ts";
import { connectionOf, findMount } from "./mount_info.ts";
import { mountpointPath } from "./resolve.ts";
import { fuseMountOn } from "./unmount.ts";

/** The mount point of FUSE's control file system. */
const CONTROL = "/sys/fs/fuse/connections";

/**
 * Aborts the connection of a mounted FUSE file system, whichever process serves
 * it. All waiting callers get ECONNABORTED, every later access fails with
 * ENOTCONN, and the session of the server ends. The mount itself stays until
 * `unmount` removes it.
 *
 * This sends no request to the file system or its server, so it frees even
 * processes that SIGKILL cannot end. It uses FUSE's control file system. If
 * that is not mounted on `/sys/fs/fuse/connections` yet and this process may
 * mount it, the function does so and leaves it mounted, as systemd does.
 *
 * @param dir The mount point.
 * @throws {SyscallError} EINVAL if no FUSE file system is mounted there; EACCES
 * if another user mounted it; EPERM if the control file system is not mounted,
 * and this process may not mount it.
 *
 * @example Usage
 * ```ts ignore
 * import { abort, unmount } from "@hostkit/hostkit/fuse";
 *
 * abort("/mnt/hangs");
 * await unmount("/mnt/hangs", { lazy: true });
 * ```
 */
export function abort(dir: string): void {
  checkText("dir", dir);
  const mount = fuseMountOn(mountpointPath(dir), "abort");
  if (findMount(CONTROL)?.type !== "fusectl") mountControl();
  const path = `${CONTROL}/${connectionOf(mount)}/abort`;
  using file = HostFd.open(path, O_WRONLY);
  file.writeSync(new TextEncoder().encode("1"));
}

function mountControl(): void {
  const type = cString("fusectl");
  const flags = BigInt(MS_NOSUID | MS_NODEV | MS_NOEXEC);
  if (linuxLibc().mount(type, cString(CONTROL), type, flags, null) === 0) {
    return;
  }
  const error = errno();
  throw new SyscallError("mount", error, {
    path: CONTROL,
    hint: error === ENOENT
      ? "the kernel has no FUSE, or there is no /sys"
      : "the control file system of FUSE is not mounted: let root mount it " +
        "with mount -t fusectl none " + CONTROL,
  });
}
