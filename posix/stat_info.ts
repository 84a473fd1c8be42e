import { badType, toUnsigned } from "../ffi/internal.ts";
import {
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
  S_ISGID,
  S_ISUID,
  S_ISVTX,
} from "./constants_stat.ts";
import { major, minor } from "./device.ts";
import { S_ISBLK, S_ISCHR } from "./mode.ts";
import type { Stat } from "./stat.ts";

/** A flag of {@linkcode filePermStr}: show the special bits as ls(1) does. */
export const FP_SPECIAL = 1;

/** The special bits, each with the letters that ls(1) shows for `x` and `-`. */
const SPECIAL = [
  { bit: S_ISUID, name: "set-UID", with: "s", without: "S" },
  { bit: S_ISGID, name: "set-GID", with: "s", without: "S" },
  { bit: S_ISVTX, name: "sticky", with: "t", without: "T" },
] as const;

const TYPES: ReadonlyMap<number, string> = new Map([
  [S_IFREG, "regular file"],
  [S_IFDIR, "directory"],
  [S_IFCHR, "character device"],
  [S_IFBLK, "block device"],
  [S_IFLNK, "symbolic (soft) link"],
  [S_IFIFO, "FIFO or pipe"],
  [S_IFSOCK, "socket"],
]);

/**
 * Returns the permissions of a file in octal and as letters.
 *
 * @param mode The mode; the octal number shows all bits, the letters only the
 * permissions.
 * @param flags {@linkcode FP_SPECIAL} to show the set-user-ID, set-group-ID and
 * sticky bits as `s`, `s` and `t` in place of `x`, or in upper case in place of
 * `-`; 0 to show them only in the octal number.
 *
 * @example Usage
 * ```ts
 * import { filePermStr, FP_SPECIAL } from "@hostkit/hostkit/posix";
 *
 * console.assert(filePermStr(0o644, 0) === "[0644] rw-r--r--");
 * console.assert(filePermStr(0o1776, FP_SPECIAL) === "[1776] rwxrwxrwT");
 * ```
 */
export function filePermStr(mode: number, flags: number): string {
  toUnsigned("mode", mode);
  toUnsigned("flags", flags);
  const letters = SPECIAL.map((special, i) => {
    const bits = mode >> (6 - 3 * i);
    const execute = (bits & 1) !== 0;
    const shown = (flags & FP_SPECIAL) !== 0 && (mode & special.bit) !== 0;
    return ((bits & 4) !== 0 ? "r" : "-") + ((bits & 2) !== 0 ? "w" : "-") +
      (shown ? special[execute ? "with" : "without"] : execute ? "x" : "-");
  });
  const octal = mode.toString(8).padStart(4, "0");
  return `[${octal}] ${letters.join("")}`;
}

/** The fields to show of a file; the exact sizes take precedence if present. */
export type ShownStat =
  & Omit<Stat, "atim" | "mtim" | "ctim" | "size64" | "blocks64">
  & Partial<Pick<Stat, "size64" | "blocks64">>;

/**
 * Describes a file in lines of text: type, device, inode, mode, owner, size.
 *
 * @param stat The result of {@linkcode fstat}; the times are not shown.
 * @returns The lines, each with a newline at its end.
 *
 * @example Usage
 * ```ts
 * import { close, fstat, memfdCreate, statInfo } from "@hostkit/hostkit/posix";
 *
 * const fd = memfdCreate("shown", 0);
 * const text = statInfo(fstat(fd));
 * console.assert(text.startsWith("File type:                regular file\n"));
 * close(fd);
 * ```
 */
export function statInfo(stat: ShownStat): string {
  if (stat === null || typeof stat !== "object") {
    throw badType("stat", stat, "a Stat");
  }
  const { mode, dev, rdev } = stat;
  const special = SPECIAL.filter(({ bit }) => (mode & bit) !== 0);
  const isDevice = S_ISCHR(mode) || S_ISBLK(mode);
  const majorOfDev = String(major(dev)).padEnd(3);
  const rows: [label: string, value: string][] = [
    ["File type:", TYPES.get(mode & S_IFMT) ?? "unknown file type?"],
    ["Device containing i-node:", `major=${majorOfDev} minor=${minor(dev)}`],
    ["I-node number:", `${stat.ino}`],
    ["Mode:", `${mode.toString(8)} (${filePermStr(mode, 0)})`],
  ];
  if (special.length > 0) {
    const names = special.map(({ name }) => `${name} `);
    rows.push(["    special bits set:", names.join("")]);
  }
  rows.push(
    ["Number of (hard) links:", `${stat.nlink}`],
    ["Ownership:", `UID=${stat.uid}   GID=${stat.gid}`],
  );
  if (isDevice) {
    const number = `major=${major(rdev)}; minor=${minor(rdev)}`;
    rows.push(["Device number (st_rdev):", number]);
  }
  rows.push(
    ["File size:", `${stat.size64 ?? stat.size} bytes`],
    ["Optimal I/O block size:", `${stat.blksize} bytes`],
    ["512B blocks allocated:", `${stat.blocks64 ?? stat.blocks}`],
  );
  return rows.map(([label, value]) => `${label.padEnd(26)}${value}\n`).join("");
}

/**
 * Prints the result of {@linkcode statInfo} on standard output.
 *
 * @param stat The result of {@linkcode fstat}.
 *
 * @example Usage
 * ```ts
 * import { close, displayStatInfo, fstat, memfdCreate } from "@hostkit/hostkit/posix";
 *
 * const fd = memfdCreate("shown", 0);
 * displayStatInfo(fstat(fd));
 * close(fd);
 * ```
 */
export function displayStatInfo(stat: ShownStat): void {
  // deno-lint-ignore no-console -- the purpose of this function
  console.log(statInfo(stat).slice(0, -1));
}
