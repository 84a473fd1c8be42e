/**
 * Flags of mount(2): linux/mount.h, here because their names begin as those of
 * msync(2) do. On macOS every one is -1.
 *
 * @module
 */

import { byPlatform } from "./_by_platform.ts";

/** Mount read-only (Linux). */
export const MS_RDONLY: number = byPlatform({ linux: 0x1 });
/** Ignore set-user-ID and set-group-ID bits (Linux). */
export const MS_NOSUID: number = byPlatform({ linux: 0x2 });
/** Do not open device files (Linux). */
export const MS_NODEV: number = byPlatform({ linux: 0x4 });
/** Do not execute programs (Linux). */
export const MS_NOEXEC: number = byPlatform({ linux: 0x8 });
/** Each write waits until it is on the device (Linux). */
export const MS_SYNCHRONOUS: number = byPlatform({ linux: 0x10 });
/** Change the flags of an existing mount (Linux). */
export const MS_REMOUNT: number = byPlatform({ linux: 0x20 });
/** Allow mandatory locks; gone since Linux 5.15. */
export const MS_MANDLOCK: number = byPlatform({ linux: 0x40 });
/** Changes of directories wait until they are on the device (Linux). */
export const MS_DIRSYNC: number = byPlatform({ linux: 0x80 });
/** Do not update the time of last access (Linux). */
export const MS_NOATIME: number = byPlatform({ linux: 0x400 });
/** Do not update it for directories (Linux). */
export const MS_NODIRATIME: number = byPlatform({ linux: 0x800 });
/** Show a file or directory in a second place (Linux). */
export const MS_BIND: number = byPlatform({ linux: 0x1000 });
/** Move a mount to another place (Linux). */
export const MS_MOVE: number = byPlatform({ linux: 0x2000 });
/** With MS_BIND and the propagation flags: the mounts below too (Linux). */
export const MS_REC: number = byPlatform({ linux: 0x4000 });
/** Keep some warnings out of the kernel log (Linux). */
export const MS_SILENT: number = byPlatform({ linux: 0x8000 });
/** The kernel's own: the file system has POSIX ACLs (Linux). */
export const MS_POSIXACL: number = byPlatform({ linux: 0x10000 });
/** The mount cannot be bound elsewhere (Linux). */
export const MS_UNBINDABLE: number = byPlatform({ linux: 0x20000 });
/** Mounts below stay here (Linux). */
export const MS_PRIVATE: number = byPlatform({ linux: 0x40000 });
/** Mounts below come in and do not go out (Linux). */
export const MS_SLAVE: number = byPlatform({ linux: 0x80000 });
/** Mounts below come in and go out (Linux). */
export const MS_SHARED: number = byPlatform({ linux: 0x100000 });
/** Update the time of last access only when it is old (Linux). */
export const MS_RELATIME: number = byPlatform({ linux: 0x200000 });
/** The kernel's own: mounted by the kernel for itself (Linux). */
export const MS_KERNMOUNT: number = byPlatform({ linux: 0x400000 });
/** Count the changes of each inode (Linux). */
export const MS_I_VERSION: number = byPlatform({ linux: 0x800000 });
/** Update the time of last access always (Linux). */
export const MS_STRICTATIME: number = byPlatform({ linux: 0x1000000 });
/** Write changed times back late; since Linux 4.0. */
export const MS_LAZYTIME: number = byPlatform({ linux: 0x2000000 });
/** The kernel's own: the file system is in use (Linux). */
export const MS_ACTIVE: number = byPlatform({ linux: 0x40000000 });
/** The kernel's own: users cannot mount it (Linux). */
export const MS_NOUSER: number = byPlatform({ linux: -0x80000000 });
/** The flags that MS_REMOUNT can change (Linux). */
export const MS_RMT_MASK: number = byPlatform({ linux: 0x2800051 });
/** A number once needed in the upper half of the flags (Linux). */
export const MS_MGC_VAL: number = byPlatform({ linux: 0xc0ed0000 });
/** Mask of that number (Linux). */
export const MS_MGC_MSK: number = byPlatform({ linux: 0xffff0000 });
