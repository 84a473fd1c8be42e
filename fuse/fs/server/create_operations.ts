/**
 * The server's handling of requests that make an entry in a directory.
 *
 * @module
 */

import { ENAMETOOLONG, ENOSYS, EOPNOTSUPP, EPERM } from "../../../posix/mod.ts";
import { FUSE_ENTRY_OUT, FUSE_OPEN_OUT } from "../../abi/internal.ts";
import { checkOpened, type Reply, REPLY_BODY } from "../../message/internal.ts";
import type {
  CreateRequest,
  CreateResponse,
  FileCreationRequest,
  LinkRequest,
  MkdirRequest,
  MknodRequest,
  SymlinkRequest,
  TmpfileRequest,
} from "../../message/mod.ts";
import { andThen, isPromise } from "../maybe_promise.ts";
import type { Handle, MaybePromise, Node } from "../node.ts";
import { answerEntry, beginEntry, describe } from "./entry.ts";
import { setOpenFlags } from "./handle_operations.ts";
import type { NodeEntry } from "./node_table.ts";
import type { State } from "./state.ts";

/** MKNOD */
export function mknod(
  state: State,
  request: MknodRequest,
  reply: Reply,
): MaybePromise<void> {
  const parent = state.nodes.get(request.header._node.number);
  const { node } = parent;
  if (node.mknod === undefined) return reply.fail(EPERM);
  const { name, _response: response } = request;
  if (state.isTooLong(name)) return reply.fail(ENAMETOOLONG);
  beginEntry(state, response);
  const made = node.mknod(request, response);
  return answerEntry(state, parent, name, response, reply, made);
}

/** MKDIR */
export function mkdir(
  state: State,
  request: MkdirRequest,
  reply: Reply,
): MaybePromise<void> {
  const parent = state.nodes.get(request.header._node.number);
  const { node } = parent;
  if (node.mkdir === undefined) return reply.fail(EPERM);
  const { name, _response: response } = request;
  if (state.isTooLong(name)) return reply.fail(ENAMETOOLONG);
  beginEntry(state, response);
  const made = node.mkdir(request, response);
  return answerEntry(state, parent, name, response, reply, made);
}

/** SYMLINK */
export function symlink(
  state: State,
  request: SymlinkRequest,
  reply: Reply,
): MaybePromise<void> {
  const parent = state.nodes.get(request.header._node.number);
  const { node } = parent;
  if (node.symlink === undefined) return reply.fail(EPERM);
  const { newName, _response: response } = request;
  if (state.isTooLong(newName)) return reply.fail(ENAMETOOLONG);
  beginEntry(state, response);
  const made = node.symlink(request, response);
  return answerEntry(state, parent, newName, response, reply, made);
}

/** LINK */
export function link(
  state: State,
  request: LinkRequest,
  reply: Reply,
): MaybePromise<void> {
  const parent = state.nodes.get(request.header._node.number);
  const { node } = parent;
  if (node.link === undefined) return reply.fail(EPERM);
  const { newName, _response: response } = request;
  if (state.isTooLong(newName)) return reply.fail(ENAMETOOLONG);
  beginEntry(state, response);
  const old = state.nodes.get(request._oldNode.number).node;
  const made = node.link(request, old, response);
  return answerEntry(state, parent, newName, response, reply, made);
}

/** CREATE: after ENOSYS the kernel sends MKNOD and OPEN instead. */
export function create(
  state: State,
  request: CreateRequest,
  reply: Reply,
): MaybePromise<void> {
  const parent = state.nodes.get(request.header._node.number);
  const { node } = parent;
  if (node.create === undefined) {
    return reply.fail(node.mknod === undefined ? EPERM : ENOSYS);
  }
  const { name } = request;
  if (state.isTooLong(name)) return reply.fail(ENAMETOOLONG);
  const response = beginCreate(state, request);
  const made = node.create(request, response);
  return answerCreate(state, parent, name, request, reply, made);
}

/** TMPFILE */
export function tmpfile(
  state: State,
  request: TmpfileRequest,
  reply: Reply,
): MaybePromise<void> {
  const parent = state.nodes.get(request.header._node.number);
  const { node } = parent;
  if (node.tmpfile === undefined) return reply.fail(EOPNOTSUPP);
  const response = beginCreate(state, request);
  const made = node.tmpfile(request, response);
  // No file can have this name, so the inode number made from it is unique.
  const name = `/${state.nodes.lastId}`;
  return answerCreate(state, parent, name, request, reply, made);
}

function beginCreate(
  state: State,
  request: FileCreationRequest,
): CreateResponse {
  const response = request._response;
  beginEntry(state, response);
  response.flags = 0;
  response.backingId = 0;
  response.backing = undefined;
  return response;
}

function answerCreate(
  state: State,
  parent: NodeEntry,
  name: string,
  request: FileCreationRequest,
  reply: Reply,
  made: MaybePromise<readonly [Node, Handle]>,
): MaybePromise<void> {
  const response = request._response;
  return andThen(made, ([child, handle]) => {
    if (child === undefined || handle === undefined) {
      throw new TypeError("Cannot answer without a node and a handle");
    }
    reply.zeroBody(FUSE_ENTRY_OUT.size + FUSE_OPEN_OUT.size);
    return orRelease(state, request, handle, () => {
      checkOpened(response);
      const entered = describe(
        state,
        parent,
        name,
        response,
        reply,
        REPLY_BODY,
        child,
      );
      return andThen(entered, (entry) => {
        const opened = state.handles.open(handle, entry!, false);
        setOpenFlags(state, opened, response);
        response._encodeOpen(reply, opened.id);
      });
    });
  });
}

/** Releases a handle if the kernel cannot be given it. */
function orRelease(
  state: State,
  request: FileCreationRequest,
  handle: Handle,
  action: () => MaybePromise<void>,
): MaybePromise<void> {
  const release = (error: unknown): never => {
    state.attempt(() => handle.release?.(), request);
    throw error;
  };
  try {
    const done = action();
    return isPromise(done) ? done.catch(release) : done;
  } catch (error) {
    return release(error);
  }
}
