/**
 * Mounts that other programs do not see.
 *
 * @module
 */

import { cString } from "../../../ffi/c_string.ts";
import { isFuse, listMounts } from "../../../fuse/mount/mount_info.ts";
import { c } from "./libc.ts";

// linux/sched.h
const CLONE_NEWNS = 0x2_0000;
// sys/mount.h
const MS_REC = 0x4000;
const MS_PRIVATE = 0x4_0000;
const MNT_DETACH = 2;
const UMOUNT_NOFOLLOW = 8;

/**
 * Gives the main thread, and all programs that it starts from now on, a mount
 * namespace of their own: what they mount is neither seen nor touched by
 * others, and is gone when the last of them ends. This process should not mount
 * afterwards: its other threads are where they were.
 *
 * FUSE file systems of others are not taken along: the copy of a mount keeps
 * its server running. The exception are those that this process works in.
 *
 * @returns Whether it could be had: it takes Linux and CAP_SYS_ADMIN.
 */
export function unshareMounts(): boolean {
  if (Deno.build.os !== "linux" || c().unshare(CLONE_NEWNS) !== 0) return false;
  const none = cString("none");
  const flags = BigInt(MS_REC | MS_PRIVATE);
  if (c().mount(none, cString("/"), none, flags, null) !== 0) return false;
  const used = [
    Deno.cwd(),
    Deno.execPath(),
    Deno.env.get("HOME") ?? "/",
    Deno.env.get("TMPDIR") ?? "/tmp",
  ];
  for (const mount of listMounts().filter(isFuse)) {
    const { mountpoint } = mount;
    const inside = mountpoint === "/" ? "/" : `${mountpoint}/`;
    if (used.some((path) => `${path}/`.startsWith(inside))) continue;
    // Those below go with it.
    c().umount2(cString(mountpoint), MNT_DETACH | UMOUNT_NOFOLLOW);
  }
  return true;
}
