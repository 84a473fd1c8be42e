import { SyscallError } from "../../../ffi/mod.ts";
import {
  EEXIST,
  EINVAL,
  EISDIR,
  ENOENT,
  ENOTDIR,
  S_IFCHR,
} from "../../../posix/mod.ts";
import {
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  RENAME_WHITEOUT,
} from "../../abi/mod.ts";
import type { RenamingRequest } from "../../message/mod.ts";
import { PosixSpecial } from "./leaves.ts";
import type { PosixNode } from "./node.ts";

/** The part of a directory that a rename needs. */
interface Names extends PosixNode {
  readonly parent: Names;
  find(name: string): PosixNode;
  get(name: string): PosixNode | undefined;
  put(name: string, node: PosixNode): void;
  delete(name: string): void;
  unlinked(node: PosixNode): void;
  checkEmpty(): void;
  dropSubdirectory(): void;
}

/** Renames a node, as renameat2(2) does. */
export function rename(
  request: RenamingRequest,
  from: Names,
  to: Names,
): void {
  const { oldName, newName, flags } = request;
  const node = from.find(oldName);
  const target = to.get(newName);
  if (to.nlink === 0) throw refusal(ENOENT);
  checkNotInside(node, to);
  if (flags & RENAME_EXCHANGE) {
    if (target === undefined) throw refusal(ENOENT);
    checkNotInside(target, from);
    if (!target.isDirectory) checkLinks(node, from, to);
    if (!node.isDirectory) checkLinks(target, to, from);
    exchange(from, oldName, node, to, newName, target);
    return;
  }
  if (target !== undefined) {
    if (flags & RENAME_NOREPLACE) throw refusal(EEXIST);
    // If both are names of one file, rename(2) keeps both.
    if (target === node) return;
    checkReplaceable(node, target);
  } else checkLinks(node, from, to);
  const whiteout = flags & RENAME_WHITEOUT
    ? makeWhiteout(request, from)
    : undefined;
  from.delete(oldName);
  to.put(newName, node);
  recordMove(node, from, to);
  if (target !== undefined) to.unlinked(target);
  if (whiteout !== undefined) from.put(oldName, whiteout);
}

function exchange(
  from: Names,
  oldName: string,
  node: PosixNode,
  to: Names,
  newName: string,
  target: PosixNode,
): void {
  from.put(oldName, target);
  to.put(newName, node);
  recordMove(node, from, to);
  recordMove(target, to, from);
}

/** Updates the moved node's change time and the link counts of the parents. */
function recordMove(
  node: PosixNode,
  from: Names,
  to: Names,
): void {
  node.touch();
  if (!node.isDirectory) return;
  from.dropSubdirectory();
  to.nlink++;
}

/** Refuses to move a directory into itself. */
function checkNotInside(node: PosixNode, directory: Names): void {
  if (!node.isDirectory) return;
  for (let at = directory;; at = at.parent) {
    if (at === node) throw refusal(EINVAL);
    if (at === at.parent) return;
  }
}

/** Refuses to move a directory where the link count is at its limit. */
function checkLinks(
  node: PosixNode,
  from: Names,
  to: Names,
): void {
  if (node.isDirectory && from !== to) to.volume.checkLinks(to.nlink);
}

function checkReplaceable(node: PosixNode, target: PosixNode): void {
  if (isDirectory(target)) {
    if (!node.isDirectory) throw refusal(EISDIR);
    target.checkEmpty();
  } else if (node.isDirectory) throw refusal(ENOTDIR);
}

function isDirectory(node: PosixNode): node is Names {
  return node.isDirectory;
}

/** Creates a whiteout, which overlayfs takes for a removed name. */
function makeWhiteout(
  { header }: RenamingRequest,
  { volume }: Names,
): PosixNode {
  const { uid, gid } = header;
  return new PosixSpecial(volume, { mode: S_IFCHR, uid, gid }, 0);
}

function refusal(errno: number): SyscallError {
  return new SyscallError("rename", errno);
}
