/**
 * The server's handling of requests about extended attributes. A node without
 * the method answers EOPNOTSUPP. ENOSYS, after which the kernel sends the
 * request for no node at all, is the answer with `noXattr`.
 *
 * @module
 */

import { libc } from "../../../ffi/internal.ts";
import { ENODATA, ENOSYS, EOPNOTSUPP, EPERM } from "../../../posix/mod.ts";
import { encodeXattr, type Reply } from "../../message/internal.ts";
import {
  type GetxattrRequest,
  type ListxattrRequest,
  ListxattrResponse,
  type RemovexattrRequest,
  type SetxattrRequest,
} from "../../message/mod.ts";
import { andThen, isPromise } from "../maybe_promise.ts";
import type { MaybePromise } from "../node.ts";
import { ROOT_ID } from "./node_table.ts";
import { encodeStats, STATS_XATTR } from "./remote_stats.ts";
import type { State } from "./state.ts";

/** The prefix of attributes that only root can list and read. */
const TRUSTED = "trusted.";

/** Whether there are no extended attributes at all. */
function hasNone({ fs, stats }: State): boolean {
  return fs.noXattr === true && stats === undefined;
}

/** GETXATTR */
export function getxattr(
  state: State,
  request: GetxattrRequest,
  reply: Reply,
): MaybePromise<void> {
  const { _node: id, uid } = request.header;
  const { size } = request;
  if (
    state.stats !== undefined && id.number === ROOT_ID &&
    request.name === STATS_XATTR
  ) {
    const isAllowed = uid === 0 || uid === libc().geteuid();
    if (!isAllowed) return reply.fail(EPERM);
    return andThen(
      state.stats(),
      (stats) => encodeXattr(reply, size, encodeStats(stats)),
    );
  }
  const { node } = state.nodes.get(id.number);
  if (hasNone(state)) return reply.fail(ENOSYS);
  if (node.getxattr === undefined) return reply.fail(EOPNOTSUPP);
  const value = node.getxattr(request);
  return isPromise(value)
    ? value.then((it) => answerXattr(reply, size, it))
    : answerXattr(reply, size, value);
}

function answerXattr(
  reply: Reply,
  size: number,
  value: Uint8Array | undefined,
): void {
  if (value === undefined) reply.fail(ENODATA);
  else encodeXattr(reply, size, value);
}

/** LISTXATTR */
export function listxattr(
  state: State,
  request: ListxattrRequest,
  reply: Reply,
): MaybePromise<void> {
  const { node } = state.nodes.get(request.header._node.number);
  if (hasNone(state)) return reply.fail(ENOSYS);
  if (node.listxattr === undefined) return reply.fail(EOPNOTSUPP);
  const { size, header: { uid } } = request;
  const names = node.listxattr(request);
  return isPromise(names)
    ? names.then((it) => answerNames(reply, size, uid, it))
    : answerNames(reply, size, uid, names);
}

function answerNames(
  reply: Reply,
  size: number,
  uid: number,
  names: Iterable<string>,
): void {
  if (typeof names === "string") {
    throw new TypeError("Cannot list a string: listxattr() returns several");
  }
  const response = new ListxattrResponse();
  for (const name of names) {
    if (uid === 0 || !name.startsWith(TRUSTED)) response.append(name);
  }
  encodeXattr(reply, size, response.xattr);
}

/** SETXATTR */
export function setxattr(
  state: State,
  request: SetxattrRequest,
  reply: Reply,
): MaybePromise<void> {
  const { node } = state.nodes.get(request.header._node.number);
  if (hasNone(state)) return reply.fail(ENOSYS);
  if (node.setxattr === undefined) return reply.fail(EOPNOTSUPP);
  return node.setxattr(request);
}

/** REMOVEXATTR */
export function removexattr(
  state: State,
  request: RemovexattrRequest,
  reply: Reply,
): MaybePromise<void> {
  const { node } = state.nodes.get(request.header._node.number);
  if (hasNone(state)) return reply.fail(ENOSYS);
  if (node.removexattr === undefined) return reply.fail(EOPNOTSUPP);
  return node.removexattr(request);
}
