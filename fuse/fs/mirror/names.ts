/**
 * Removes and renames files in directories of the source.
 *
 * In a sticky directory only the owner of the file or of the directory may do
 * that. The kernel has checked the owner, but by now the name may be another
 * user's file: so the system call is made as the caller there.
 *
 * @module
 */

import { AT_REMOVEDIR, linuxLibc } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { S_ISVTX } from "../../../posix/mod.ts";
import { RENAME_WHITEOUT } from "../../abi/mod.ts";
import type {
  Header,
  RemoveRequest,
  RenamingRequest,
} from "../../message/mod.ts";
import { asCaller, resultOf } from "./as_caller.ts";
import type { CName } from "./entry.ts";
import type { Stat } from "./stat.ts";

/** Removes a name: unlink(2), or rmdir(2). */
export function removeName(
  dirFd: number,
  cName: CName,
  { name, dir, header }: RemoveRequest,
  stat: Stat,
): void {
  const flags = dir ? AT_REMOVEDIR : 0;
  const remove = () => linuxLibc().unlinkat(dirFd, cName, flags);
  const result = isGuarded(dirFd, header, stat)
    ? asCaller(header, remove)
    : resultOf(remove);
  if (result < 0) throw new SyscallError("unlinkat", -result, { path: name });
}

/** Moves a name: renameat2(2). A whiteout left behind belongs to the caller. */
export function moveName(
  fromFd: number,
  from: CName,
  toFd: number,
  to: CName,
  { oldName, flags, header }: RenamingRequest,
  stat: Stat,
): void {
  const rename = () => linuxLibc().renameat2(fromFd, from, toFd, to, flags);
  const isCallers = (flags & RENAME_WHITEOUT) !== 0 ||
    isGuarded(fromFd, header, stat) || isGuarded(toFd, header, stat);
  const result = isCallers ? asCaller(header, rename) : resultOf(rename);
  if (result < 0) {
    throw new SyscallError("renameat2", -result, { path: oldName });
  }
}

/** Whether the sticky bit protects other users' files from the caller. */
function isGuarded(dirFd: number, { uid }: Header, stat: Stat): boolean {
  return uid !== 0 && stat.of(dirFd) && (stat.mode & S_ISVTX) !== 0;
}
