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

/** Where the control file system of FUSE belongs. */
const CONTROL = "/sys/fs/fuse/connections";

/**
 * Aborts the connection of a mounted FUSE file system, whoever serves it: all
 * who wait in it get ECONNABORTED, every later access ENOTCONN, and its server
 * reads the end of the session. The mount stays, dead, for `unmount` to take
 * away.
 *
 * It asks neither the file system nor its server anything, so it ends even
 * the waiting that SIGKILL does not end. It goes through the control file
 * system, which is mounted on `/sys/fs/fuse/connections` if it is not there yet
 * and this process may do that; it stays mounted, as systemd has it.
 *
 * @param dir Where the file system is mounted.
 * @throws {SyscallError} EINVAL if no FUSE file system is mounted there; EACCES
 * if another user mounted it; EPERM if the control file system is not mounted,
 * and this process may not do that.
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
