import { SyscallError } from "../../ffi/syscall_error.ts";
import {
  EEXIST,
  EINVAL,
  EISDIR,
  ENOENT,
  ENOTDIR,
} from "../../posix/constants_errno.ts";
import { S_IFCHR } from "../../posix/constants_stat.ts";
import {
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  RENAME_WHITEOUT,
} from "../constants.ts";
import type { RenameRequest } from "../entry_requests.ts";
import { MemDirectory } from "./_mem_directory.ts";
import { MemSpecial } from "./_mem_leaves.ts";
import type { MemNode } from "./_mem_node.ts";

/** Moves a name, as renameat2(2) does. */
export function rename(
  request: RenameRequest,
  from: MemDirectory,
  to: MemDirectory,
): void {
  const { oldName, newName, flags } = request;
  const node = from.find(oldName);
  const target = to.get(newName);
  if (to.nlink === 0) throw refusal(ENOENT);
  checkNotInside(node, to);
  if (flags & RENAME_EXCHANGE) {
    if (target === undefined) throw refusal(ENOENT);
    checkNotInside(target, from);
    exchange(from, oldName, node, to, newName, target);
    return;
  }
  // Two names of one file: rename(2) leaves both.
  if (target === node) return;
  if (target !== undefined) {
    if (flags & RENAME_NOREPLACE) throw refusal(EEXIST);
    checkReplaceable(node, target);
  } else if (node.isDirectory && from !== to) from.volume.checkLinks(to.nlink);
  const whiteout = flags & RENAME_WHITEOUT
    ? makeWhiteout(request, from)
    : undefined;
  from.delete(oldName);
  to.put(newName, node);
  moved(node, from, to);
  if (target !== undefined) to.unlinked(target);
  if (whiteout !== undefined) from.put(oldName, whiteout);
}

function exchange(
  from: MemDirectory,
  oldName: string,
  node: MemNode,
  to: MemDirectory,
  newName: string,
  target: MemNode,
): void {
  from.put(oldName, target);
  to.put(newName, node);
  moved(node, from, to);
  moved(target, to, from);
}

/** Counts the names that a directory has in those above it. */
function moved(node: MemNode, from: MemDirectory, to: MemDirectory): void {
  node.ctime = node.volume.now();
  if (!node.isDirectory) return;
  from.nlink--;
  to.nlink++;
}

/** Refuses to move a directory into itself. */
function checkNotInside(node: MemNode, directory: MemDirectory): void {
  if (!node.isDirectory) return;
  for (let at = directory;; at = at.parent) {
    if (at === node) throw refusal(EINVAL);
    if (at === at.parent) return;
  }
}

function checkReplaceable(node: MemNode, target: MemNode): void {
  if (target instanceof MemDirectory) {
    if (!node.isDirectory) throw refusal(EISDIR);
    target.checkEmpty();
  } else if (node.isDirectory) throw refusal(ENOTDIR);
}

/** Makes what overlayfs takes for a name that is not there. */
function makeWhiteout(
  { header }: RenameRequest,
  { volume }: MemDirectory,
): MemNode {
  const { uid, gid } = header;
  return new MemSpecial(volume, { mode: S_IFCHR, uid, gid }, 0);
}

function refusal(errno: number): SyscallError {
  return new SyscallError("rename", errno);
}
