/**
 * The server's handling of requests about metadata.
 *
 * @module
 */

import { EPERM } from "../../../posix/mod.ts";
import {
  FATTR_ATIME,
  FATTR_CTIME,
  FATTR_MTIME,
  FUSE_GETATTR_FH,
  setattrValidGid,
  setattrValidHandle,
  setattrValidMode,
  setattrValidUid,
} from "../../abi/mod.ts";
import type { Reply } from "../../message/internal.ts";
import {
  GetattrRequest,
  type GetattrResponse,
  type RequestBase as Request,
  type SetattrRequest,
  type StatxRequest,
  type StatxResponse,
} from "../../message/mod.ts";
import { andThen, isPromise } from "../maybe_promise.ts";
import type { MaybePromise } from "../node.ts";
import { checkAttr } from "./entry.ts";
import type { NodeEntry } from "./node_table.ts";
import type { State } from "./state.ts";

const PERMISSIONS = 0o7777;
const TIMES = FATTR_ATIME | FATTR_MTIME | FATTR_CTIME;

/** GETATTR */
export function getattr(
  state: State,
  request: GetattrRequest,
  reply: Reply,
): MaybePromise<void> {
  const owner = state.nodes.get(request.header._node.number);
  const response = request._response;
  const filled = fill(state, owner, request);
  return isPromise(filled)
    ? filled.then(() => answerAttr(owner, response, reply))
    : answerAttr(owner, response, reply);
}

/** Fills in the attributes by the open file's method, or else by the node's. */
function fill(
  state: State,
  { node }: NodeEntry,
  request: GetattrRequest,
): MaybePromise<void> {
  const response = request._response;
  state.initAttr(response.attr);
  const handle = request._hasHandle ? state.opened(request).handle : undefined;
  return handle?.getattr !== undefined
    ? handle.getattr(request, response)
    : node.getattr !== undefined
    ? node.getattr(request, response)
    : node.attr(response.attr);
}

function answerAttr(
  owner: NodeEntry,
  response: GetattrResponse,
  reply: Reply,
): void {
  complete(owner, response);
  response._encode(reply);
}

function complete(owner: NodeEntry, { attr }: Pick<GetattrResponse, "attr">) {
  checkAttr(attr);
  if (attr._lacksInode) attr.inode = owner.inode;
}

/** A request that may name an open file. */
interface HandleOrigin extends Request {
  readonly _handle: GetattrRequest["_handle"];
}

/** Gets a node's attributes, which another request needs. */
export function currentAttr(
  state: State,
  origin: HandleOrigin,
  hasHandle: boolean,
): MaybePromise<GetattrResponse> {
  const request = new GetattrRequest();
  request._actFor(origin);
  if (hasHandle) {
    request.flags = FUSE_GETATTR_FH;
    request._handle.set(origin._handle);
  }
  const owner = state.nodes.get(origin.header._node.number);
  return andThen(fill(state, owner, request), () => request._response);
}

/** STATX: without the method, the attributes are those of GETATTR. */
export function statx(
  state: State,
  request: StatxRequest,
  reply: Reply,
): MaybePromise<void> {
  const owner = state.nodes.get(request.header._node.number);
  const { node } = owner;
  const response = request._response;
  state.initAttr(response.attr);
  response.btimeNs = undefined;
  response.attributes = 0n;
  response.attributesMask = 0n;
  const filled = node.statx?.(request, response);
  const basic = andThen(filled, () => fillBasic(state, request, response));
  return andThen(basic, () => {
    complete(owner, response);
    response._encode(reply);
  });
}

/** Fills in the fields that `statx` leaves to `getattr` or `attr`. */
function fillBasic(
  state: State,
  request: StatxRequest,
  { attr }: StatxResponse,
): MaybePromise<void> {
  if (attr.mode !== 0) return;
  const current = currentAttr(state, request, request._hasHandle);
  return andThen(current, (response) => {
    attr._assign(response.attr);
    attr.validMs = response.attr.validMs;
  });
}

/** SETATTR */
export function setattr(
  state: State,
  request: SetattrRequest,
  reply: Reply,
): MaybePromise<void> {
  const owner = state.nodes.get(request.header._node.number);
  const { node } = owner;
  const response = request._response;
  state.initAttr(response.attr);
  const handle = setattrValidHandle(request.valid)
    ? state.opened(request).handle
    : undefined;
  const set = handle?.setattr !== undefined
    ? handle.setattr(request, response)
    : node.setattr?.(request, response);
  const isAble = handle?.setattr !== undefined || node.setattr !== undefined;
  const filled = andThen(
    set,
    () => response.attr.mode === 0 ? node.attr(response.attr) : undefined,
  );
  return andThen(filled, () => {
    if (isAble || isUnchanged(request, response)) {
      answerAttr(owner, response, reply);
    } else reply.fail(EPERM);
  });
}

/** Whether nothing but the size is to change. */
function isUnchanged(
  { valid, mode, uid, gid }: SetattrRequest,
  { attr }: GetattrResponse,
): boolean {
  return (valid & TIMES) === 0 &&
    !(setattrValidMode(valid) && (mode ^ attr.mode) & PERMISSIONS) &&
    !(setattrValidUid(valid) && uid !== attr.uid) &&
    !(setattrValidGid(valid) && gid !== attr.gid);
}
