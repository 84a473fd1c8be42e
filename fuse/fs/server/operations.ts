/**
 * The server's handling of requests about a node. Each function writes its
 * answer into the reply, at once or before the promise it returns is fulfilled.
 * An error that it throws becomes the errno of an error reply.
 *
 * @module
 */

import { SyscallError } from "../../../ffi/mod.ts";
import {
  EINVAL,
  ENAMETOOLONG,
  ENOENT,
  EOPNOTSUPP,
  EPERM,
} from "../../../posix/mod.ts";
import { FUSE_ENTRY_OUT } from "../../abi/internal.ts";
import { RENAME_NOREPLACE } from "../../abi/mod.ts";
import {
  encodeTarget,
  type Reply,
  REPLY_BODY,
} from "../../message/internal.ts";
import {
  type AccessRequest,
  type BmapRequest,
  type LookupRequest,
  type LookupResponse,
  type ReadlinkRequest,
  type RemoveRequest,
  type RenamingRequest,
  type StatfsRequest,
  StatfsResponse,
  type SyncfsRequest,
} from "../../message/mod.ts";
import { andThen, isPromise } from "../maybe_promise.ts";
import type { MaybePromise } from "../node.ts";
import { beginEntry, describe } from "./entry.ts";
import { isDots, lookupDots } from "./lookup_dots.ts";
import type { NodeEntry } from "./node_table.ts";
import type { State } from "./state.ts";

/** LOOKUP */
export function lookup(
  state: State,
  request: LookupRequest,
  reply: Reply,
): MaybePromise<void> {
  reply.zeroBody(FUSE_ENTRY_OUT.size);
  if (isDots(request.name)) return lookupDots(state, request, reply);
  const parent = state.nodes.get(request.header._node.number);
  const done = lookupInto(state, parent, request, reply, REPLY_BODY);
  return isPromise(done)
    ? done.then((found) => answerLookup(state, reply, request._response, found))
    : answerLookup(state, reply, request._response, done);
}

function answerLookup(
  state: State,
  reply: Reply,
  response: LookupResponse,
  found: NodeEntry | undefined,
): void {
  if (found !== undefined) return;
  if (state.options.negativeValidMs === 0) return reply.fail(ENOENT);
  response.entryValidMs = state.options.negativeValidMs;
  response.attr._bytes.fill(0);
  response._encodeAt(reply, REPLY_BODY, 0, 0);
}

/**
 * Looks a name up and writes its `struct fuse_entry_out` at `at`, over zeros.
 *
 * @returns The entry of its node, whose lookup count grows by 1; `undefined` if
 * there is no node.
 */
export function lookupInto(
  state: State,
  parent: NodeEntry,
  request: LookupRequest,
  reply: Reply,
  at: number,
): MaybePromise<NodeEntry | undefined> {
  const { node } = parent;
  if (node.lookup === undefined) return undefined;
  const { name, _response: response } = request;
  if (state.isTooLong(name)) throw new SyscallError("lookup", ENAMETOOLONG);
  beginEntry(state, response);
  const child = node.lookup(name, request, response);
  return isPromise(child)
    ? child.then((it) => describe(state, parent, name, response, reply, at, it))
    : describe(state, parent, name, response, reply, at, child);
}

/** UNLINK and RMDIR */
export function remove(
  state: State,
  request: RemoveRequest,
  reply: Reply,
): MaybePromise<void> {
  const { node } = state.nodes.get(request.header._node.number);
  if (node.remove === undefined) return reply.fail(EPERM);
  return node.remove(request);
}

/** RENAME and RENAME2 */
export function rename(
  state: State,
  request: RenamingRequest,
  reply: Reply,
): MaybePromise<void> {
  const { node } = state.nodes.get(request.header._node.number);
  if (node.rename === undefined) return reply.fail(EPERM);
  const known = RENAME_NOREPLACE | (node.renameFlags ?? 0);
  // Ignoring a flag, such as RENAME_EXCHANGE, could lose a file.
  if ((request.flags & ~known) !== 0) return reply.fail(EINVAL);
  if (state.isTooLong(request.newName)) return reply.fail(ENAMETOOLONG);
  const newDir = state.nodes.get(request._newDir.number).node;
  return node.rename(request, newDir);
}

/** READLINK */
export function readlink(
  state: State,
  request: ReadlinkRequest,
  reply: Reply,
): MaybePromise<void> {
  const { node } = state.nodes.get(request.header._node.number);
  if (node.readlink === undefined) return reply.fail(EINVAL);
  const target = node.readlink(request);
  return isPromise(target)
    ? target.then((it) => reply.setBody(encodeTarget(it)))
    : reply.setBody(encodeTarget(target));
}

/** ACCESS: allowed unless the node's method throws. */
export function access(
  state: State,
  request: AccessRequest,
): MaybePromise<void> {
  return state.nodes.get(request.header._node.number).node.access?.(request);
}

/** STATFS: zeros unless the file system fills them in. */
export function statfs(
  state: State,
  request: StatfsRequest,
  reply: Reply,
): MaybePromise<void> {
  const response = new StatfsResponse();
  const filled = state.fs.statfs?.(request, response);
  return isPromise(filled)
    ? filled.then(() => response._encode(reply))
    : response._encode(reply);
}

/** SYNCFS */
export function syncfs(
  state: State,
  request: SyncfsRequest,
): MaybePromise<void> {
  return state.fs.syncfs?.(request);
}

/** BMAP */
export function bmap(
  state: State,
  request: BmapRequest,
  reply: Reply,
): MaybePromise<void> {
  const { node } = state.nodes.get(request.header._node.number);
  if (node.bmap === undefined) return reply.fail(EOPNOTSUPP);
  const response = request._response;
  response.block = 0n;
  return andThen(
    node.bmap(request, response),
    () => response._encode(reply),
  );
}
