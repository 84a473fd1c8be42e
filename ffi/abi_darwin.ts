/**
 * C structs of macOS, the same on both CPUs.
 *
 * The layouts come from the headers of xnu and have not been tested.
 *
 * @module
 */

import { TIMESPEC } from "./abi_linux.ts";
import { struct } from "./struct.ts";

/** `struct stat` with 64-bit inode numbers; the times have Linux's names. */
export const STAT_DARWIN = struct("sys/stat.h", "stat", {
  st_dev: "i32",
  st_mode: "u16",
  st_nlink: "u16",
  st_ino: "u64",
  st_uid: "u32",
  st_gid: "u32",
  st_rdev: "i32",
  st_atim: TIMESPEC,
  st_mtim: TIMESPEC,
  st_ctim: TIMESPEC,
  st_birthtim: TIMESPEC,
  st_size: "i64",
  st_blocks: "i64",
  st_blksize: "i32",
  st_flags: "u32",
  st_gen: "u32",
  st_lspare: "i32",
  st_qspare: ["i64", 2],
});
