/**
 * Flags of open(2) and commands of fcntl(2): `<fcntl.h>`, asm/fcntl.h.
 *
 * The values for Linux are those of x86-64 and aarch64, which differ for some
 * flags; the values for macOS are those of sys/fcntl.h. A constant that this
 * platform lacks is -1, which every function here refuses.
 *
 * @module
 */

import { byPlatform } from "./_by_platform.ts";
import type { OpenFlags, SealFlags } from "./flags.ts";

/** Open for reading only. */
export const O_RDONLY: OpenFlags = 0o0;
/** Open for writing only. */
export const O_WRONLY: OpenFlags = 0o1;
/** Open for reading and writing. */
export const O_RDWR: OpenFlags = 0o2;
/** Mask of the access mode: O_RDONLY, O_WRONLY or O_RDWR. */
export const O_ACCMODE: OpenFlags = 0o3;
/** Create the object if it does not exist. */
export const O_CREAT: OpenFlags = byPlatform({ linux: 0o100, darwin: 0x200 });
/** With O_CREAT: fail with EEXIST if the object exists. */
export const O_EXCL: OpenFlags = byPlatform({ linux: 0o200, darwin: 0x800 });
/** Do not make a terminal the controlling terminal. */
export const O_NOCTTY: OpenFlags = byPlatform({
  linux: 0o400,
  darwin: 0x20000,
});
/** Truncate the file to length 0. */
export const O_TRUNC: OpenFlags = byPlatform({ linux: 0o1000, darwin: 0x400 });
/** Write at the end of the file, regardless of the position. */
export const O_APPEND: OpenFlags = byPlatform({ linux: 0o2000, darwin: 0x8 });
/** Fail with EAGAIN instead of waiting. */
export const O_NONBLOCK: OpenFlags = byPlatform({ linux: 0o4000, darwin: 0x4 });
/** The older name of O_NONBLOCK. */
export const O_NDELAY: OpenFlags = byPlatform({ linux: 0o4000, darwin: 0x4 });
/** Wait in each write until its data is on the device. */
export const O_DSYNC: OpenFlags = byPlatform({
  linux: 0o10000,
  darwin: 0x400000,
});
/** Send SIGIO when input or output becomes possible. */
export const O_ASYNC: OpenFlags = byPlatform({ linux: 0o20000, darwin: 0x40 });
/** Bypass the page cache (Linux). */
export const O_DIRECT: OpenFlags = byPlatform({
  linuxX86: 0o40000,
  linuxArm: 0o200000,
});
/** Fail with ENOTDIR unless the file is a directory. */
export const O_DIRECTORY: OpenFlags = byPlatform({
  linuxX86: 0o200000,
  linuxArm: 0o40000,
  darwin: 0x100000,
});
/** Fail with ELOOP if the file is a symbolic link. */
export const O_NOFOLLOW: OpenFlags = byPlatform({
  linuxX86: 0o400000,
  linuxArm: 0o100000,
  darwin: 0x100,
});
/** 0 on Linux, where all offsets have 64 bits; see KERNEL_O_LARGEFILE. */
export const O_LARGEFILE: OpenFlags = byPlatform({ linux: 0o0 });
/** The flag of large files that F_GETFL returns for every open file (Linux). */
export const KERNEL_O_LARGEFILE: OpenFlags = byPlatform({
  linuxX86: 0o100000,
  linuxArm: 0o400000,
});
/** Do not update the time of last access (Linux). */
export const O_NOATIME: OpenFlags = byPlatform({ linux: 0o1000000 });
/** Close the file descriptor on execve(2). */
export const O_CLOEXEC: OpenFlags = byPlatform({
  linux: 0o2000000,
  darwin: 0x1000000,
});
/** Wait in each write until data and metadata are on the device. */
export const O_SYNC: OpenFlags = byPlatform({ linux: 0o4010000, darwin: 0x80 });
/** The BSD name of O_SYNC. */
export const O_FSYNC: OpenFlags = byPlatform({
  linux: 0o4010000,
  darwin: 0x80,
});
/** O_SYNC for reads; Linux treats it as O_SYNC. */
export const O_RSYNC: OpenFlags = byPlatform({ linux: 0o4010000 });
/** Open a reference to the file, without access to its content (Linux). */
export const O_PATH: OpenFlags = byPlatform({ linux: 0o10000000 });
/** Create an unnamed file in the given directory (Linux). */
export const O_TMPFILE: OpenFlags = byPlatform({
  linuxX86: 0o20200000,
  linuxArm: 0o20040000,
});
/** Duplicate a descriptor to the lowest free number of at least `arg`. */
export const F_DUPFD = 0;
/** Get the descriptor flags: FD_CLOEXEC or 0. */
export const F_GETFD = 1;
/** Set the descriptor flags. */
export const F_SETFD = 2;
/** Get the access mode and status flags of the open file. */
export const F_GETFL = 3;
/** Set the status flags that can change, such as O_APPEND. */
export const F_SETFL = 4;
/** Do what F_DUPFD does, and set FD_CLOEXEC on the duplicate. */
export const F_DUPFD_CLOEXEC: number = byPlatform({ linux: 1030, darwin: 67 });
/** Set the capacity of a pipe, in bytes (Linux). */
export const F_SETPIPE_SZ: number = byPlatform({ linux: 1031 });
/** Get the capacity of a pipe, in bytes (Linux). */
export const F_GETPIPE_SZ: number = byPlatform({ linux: 1032 });
/** Add seals to a memfd: see addSeals() (Linux). */
export const F_ADD_SEALS: number = byPlatform({ linux: 1033 });
/** Get the seals of a memfd: see getSeals() (Linux). */
export const F_GET_SEALS: number = byPlatform({ linux: 1034 });
/** The flag of a file descriptor that is closed on execve(2). */
export const FD_CLOEXEC = 1;
/** No further seals can be added (Linux). */
export const F_SEAL_SEAL: SealFlags = byPlatform({ linux: 0x1 });
/** The file cannot become shorter (Linux). */
export const F_SEAL_SHRINK: SealFlags = byPlatform({ linux: 0x2 });
/** The file cannot become longer (Linux). */
export const F_SEAL_GROW: SealFlags = byPlatform({ linux: 0x4 });
/**
 * The content cannot change; EBUSY while a writable shared mapping exists
 * (Linux).
 */
export const F_SEAL_WRITE: SealFlags = byPlatform({ linux: 0x8 });
/** Only existing writable mappings can change the content; since Linux 5.1. */
export const F_SEAL_FUTURE_WRITE: SealFlags = byPlatform({ linux: 0x10 });
/** The execute permission cannot change; since Linux 6.3. */
export const F_SEAL_EXEC: SealFlags = byPlatform({ linux: 0x20 });
