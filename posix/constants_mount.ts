/**
 * Flags of mount(2): linux/mount.h. The names of the msync(2) flags, which are
 * elsewhere, begin with `MS_` too. On macOS all of these flags are -1.
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
/** Wait in each write until the data is on the device (Linux). */
export const MS_SYNCHRONOUS: number = byPlatform({ linux: 0x10 });
/** Change the flags of an existing mount (Linux). */
export const MS_REMOUNT: number = byPlatform({ linux: 0x20 });
/** Allow mandatory locks; without effect since Linux 5.15. */
export const MS_MANDLOCK: number = byPlatform({ linux: 0x40 });
/** Wait in each change of a directory until it is on the device (Linux). */
export const MS_DIRSYNC: number = byPlatform({ linux: 0x80 });
/** Do not update the time of last access (Linux). */
export const MS_NOATIME: number = byPlatform({ linux: 0x400 });
/** Do not update the time of last access of directories (Linux). */
export const MS_NODIRATIME: number = byPlatform({ linux: 0x800 });
/** Make a file or directory visible at another path (Linux). */
export const MS_BIND: number = byPlatform({ linux: 0x1000 });
/** Move a mount to another path (Linux). */
export const MS_MOVE: number = byPlatform({ linux: 0x2000 });
/** With MS_BIND or a propagation flag: include the mounts below (Linux). */
export const MS_REC: number = byPlatform({ linux: 0x4000 });
/** Omit some warnings from the kernel log (Linux). */
export const MS_SILENT: number = byPlatform({ linux: 0x8000 });
/** Internal to the kernel: the file system supports POSIX ACLs (Linux). */
export const MS_POSIXACL: number = byPlatform({ linux: 0x10000 });
/** Forbid bind mounts of this mount (Linux). */
export const MS_UNBINDABLE: number = byPlatform({ linux: 0x20000 });
/** Neither receive nor propagate mounts and unmounts (Linux). */
export const MS_PRIVATE: number = byPlatform({ linux: 0x40000 });
/** Receive mounts and unmounts but do not propagate them (Linux). */
export const MS_SLAVE: number = byPlatform({ linux: 0x80000 });
/** Receive and propagate mounts and unmounts (Linux). */
export const MS_SHARED: number = byPlatform({ linux: 0x100000 });
/** Update the time of last access only when it is old (Linux). */
export const MS_RELATIME: number = byPlatform({ linux: 0x200000 });
/** Internal to the kernel: a mount for the kernel's own use (Linux). */
export const MS_KERNMOUNT: number = byPlatform({ linux: 0x400000 });
/** Maintain a change counter for each inode (Linux). */
export const MS_I_VERSION: number = byPlatform({ linux: 0x800000 });
/** Always update the time of last access (Linux). */
export const MS_STRICTATIME: number = byPlatform({ linux: 0x1000000 });
/** Write changed timestamps to the device lazily; since Linux 4.0. */
export const MS_LAZYTIME: number = byPlatform({ linux: 0x2000000 });
/** Internal to the kernel: the file system is in use (Linux). */
export const MS_ACTIVE: number = byPlatform({ linux: 0x40000000 });
/** Internal to the kernel: user space cannot mount the file system (Linux). */
export const MS_NOUSER: number = byPlatform({ linux: -0x80000000 });
/** The flags that MS_REMOUNT can change (Linux). */
export const MS_RMT_MASK: number = byPlatform({ linux: 0x2800051 });
/** The magic number that Linux before 2.4 required in the flags. */
export const MS_MGC_VAL: number = byPlatform({ linux: 0xc0ed0000 });
/** Mask of the magic number MS_MGC_VAL (Linux). */
export const MS_MGC_MSK: number = byPlatform({ linux: 0xffff0000 });
