/**
 * Takes names from directories of the source, and moves them.
 *
 * Where only their owners may do that, the kernel has seen whose they were; by
 * now they may be others'. So it is done in the caller's name there.
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

/** Moves a name: renameat2(2). What it leaves behind is the caller's. */
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

/** Whether a directory keeps names of others from the caller: the sticky bit. */
function isGuarded(dirFd: number, { uid }: Header, stat: Stat): boolean {
  return uid !== 0 && stat.of(dirFd) && (stat.mode & S_ISVTX) !== 0;
}
