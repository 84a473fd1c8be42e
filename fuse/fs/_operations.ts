/**
 * What the server does for each request about a node. Each writes its answer
 * into the reply, now or when the promise it returns is fulfilled, and throws
 * what becomes the errno of an error reply.
 *
 * @module
 */

import {
  ENODATA,
  ENOENT,
  ENOSYS,
  EOPNOTSUPP,
} from "../../posix/constants_errno.ts";
import { type Reply, REPLY_BODY } from "../_reply.ts";
import { FUSE_ENTRY_OUT } from "../_abi.ts";
import { encodeBytes } from "../../ffi/c_string.ts";
import { S_IFMT } from "../../posix/constants_stat.ts";
import type { Attr } from "../attr.ts";
import type {
  AccessRequest,
  GetattrRequest,
  GetattrResponse,
  LookupRequest,
  LookupResponse,
  ReadlinkRequest,
} from "../node_requests.ts";
import { type StatfsRequest, StatfsResponse } from "../session_requests.ts";
import {
  encodeXattr,
  type GetxattrRequest,
  type ListxattrRequest,
  ListxattrResponse,
} from "../xattr_requests.ts";
import { isPromise } from "./_maybe_promise.ts";
import type { NodeEntry } from "./_node_table.ts";
import type { State } from "./_state.ts";
import type { MaybePromise, Node } from "./node.ts";

function checkAttr(attr: Attr): void {
  if ((attr.mode & S_IFMT) === 0) {
    throw new TypeError("Cannot use attributes whose mode has no file type");
  }
}

/** LOOKUP */
export function lookup(
  state: State,
  request: LookupRequest,
  reply: Reply,
): MaybePromise<void> {
  reply.zeroBody(FUSE_ENTRY_OUT.size);
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
  found: boolean,
): void {
  if (found) return;
  if (state.options.negativeValidMs === 0) return reply.fail(ENOENT);
  response.entryValidMs = state.options.negativeValidMs;
  response.attr._bytes.fill(0);
  response._encodeAt(reply, REPLY_BODY, 0);
}

/**
 * Looks a name up and writes its `struct fuse_entry_out` at `at`, over zeros.
 *
 * @returns Whether there is such a name; if so, it counts as looked up.
 */
export function lookupInto(
  state: State,
  parent: NodeEntry,
  request: LookupRequest,
  reply: Reply,
  at: number,
): MaybePromise<boolean> {
  const { node } = parent;
  if (node.lookup === undefined) return false;
  const { name, _response: response } = request;
  state.initAttr(response.attr);
  response.entryValidMs = state.options.entryValidMs;
  const child = node.lookup(name, request, response);
  return isPromise(child)
    ? child.then((it) => describe(state, parent, name, response, reply, at, it))
    : describe(state, parent, name, response, reply, at, child);
}

function describe(
  state: State,
  parent: NodeEntry,
  name: string,
  response: LookupResponse,
  reply: Reply,
  at: number,
  child: Node | undefined,
): MaybePromise<boolean> {
  if (child === undefined) return false;
  const { attr } = response;
  const filled = attr.mode === 0 ? child.attr(attr) : undefined;
  return isPromise(filled)
    ? filled.then(() => enter(state, parent, name, response, reply, at, child))
    : enter(state, parent, name, response, reply, at, child);
}

function enter(
  state: State,
  parent: NodeEntry,
  name: string,
  response: LookupResponse,
  reply: Reply,
  at: number,
  child: Node,
): boolean {
  const { attr } = response;
  checkAttr(attr);
  const inode = state.nodes.inodeOf(child) ?? state.inodeOf(parent, name, attr);
  if (attr._lacksInode) attr.inode = inode;
  // Nothing can fail from here on, so what is counted is answered.
  const entry = state.nodes.lookup(child, inode);
  entry.parentInode = parent.inode;
  response._encodeAt(reply, at, entry.id);
  return true;
}

/** GETATTR */
export function getattr(
  state: State,
  request: GetattrRequest,
  reply: Reply,
): MaybePromise<void> {
  const owner = state.nodes.get(request.header._node.number);
  const response = request._response;
  state.initAttr(response.attr);
  const handle = request._hasHandle
    ? state.handles.get(request._handle.number).handle
    : undefined;
  const { node } = owner;
  const filled = handle?.getattr !== undefined
    ? handle.getattr(request, response)
    : node.getattr !== undefined
    ? node.getattr(request, response)
    : node.attr(response.attr);
  return isPromise(filled)
    ? filled.then(() => answerAttr(owner, response, reply))
    : answerAttr(owner, response, reply);
}

function answerAttr(
  owner: NodeEntry,
  response: GetattrResponse,
  reply: Reply,
): void {
  checkAttr(response.attr);
  if (response.attr._lacksInode) response.attr.inode = owner.inode;
  response._encode(reply);
}

/** READLINK */
export function readlink(
  state: State,
  request: ReadlinkRequest,
  reply: Reply,
): MaybePromise<void> {
  const { node } = state.nodes.get(request.header._node.number);
  if (node.readlink === undefined) return reply.fail(ENOSYS);
  const target = node.readlink(request);
  return isPromise(target)
    ? target.then((it) => reply.setBody(encodeBytes(it)))
    : reply.setBody(encodeBytes(target));
}

/** ACCESS: allowed unless the node says otherwise. */
export function access(
  state: State,
  request: AccessRequest,
): MaybePromise<void> {
  return state.nodes.get(request.header._node.number).node.access?.(request);
}

/** STATFS: zeros unless the file system says otherwise. */
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

/**
 * GETXATTR. A node without the method answers EOPNOTSUPP, not ENOSYS, which
 * the kernel would take for the answer of every node.
 */
export function getxattr(
  state: State,
  request: GetxattrRequest,
  reply: Reply,
): MaybePromise<void> {
  const { node } = state.nodes.get(request.header._node.number);
  if (node.getxattr === undefined) return reply.fail(EOPNOTSUPP);
  const { size } = request;
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
  if (node.listxattr === undefined) return reply.fail(EOPNOTSUPP);
  const { size } = request;
  const names = node.listxattr(request);
  return isPromise(names)
    ? names.then((it) => answerNames(reply, size, it))
    : answerNames(reply, size, names);
}

function answerNames(
  reply: Reply,
  size: number,
  names: Iterable<string>,
): void {
  const response = new ListxattrResponse();
  response.append(...names);
  encodeXattr(reply, size, response.xattr);
}
