/**
 * The server's handling of requests about an open file or directory.
 *
 * @module
 */

import { ENOSYS, EOPNOTSUPP } from "../../../posix/mod.ts";
import {
  FOPEN_CACHE_DIR,
  FOPEN_DIRECT_IO,
  FOPEN_KEEP_CACHE,
  FOPEN_NOFLUSH,
} from "../../abi/mod.ts";
import { checkBytes, checkOpened, type Reply } from "../../message/internal.ts";
import type {
  CreateResponse,
  FlushRequest,
  FsyncRequest,
  OpenRequest,
  OpenResponse,
  ReadRequest,
  ReadResponse,
  ReleaseRequest,
  WriteRequest,
  WriteResponse,
} from "../../message/mod.ts";
import { isPromise } from "../maybe_promise.ts";
import type { Handle, MaybePromise } from "../node.ts";
import type { HandleEntry } from "./handle_table.ts";
import type { NodeEntry } from "./node_table.ts";
import type { State } from "./state.ts";

/** OPEN and OPENDIR: a node without `open` is its own handle. */
export function open(
  state: State,
  request: OpenRequest,
  reply: Reply,
): MaybePromise<void> {
  const { fs, nodes } = state;
  if (request.dir ? fs.noOpendir : fs.noOpen) return reply.fail(ENOSYS);
  const owner = nodes.get(request.header._node.number);
  const response = request._response;
  response.flags = 0;
  response.backingId = 0;
  response.backing = undefined;
  const { node } = owner;
  const handle = node.open === undefined
    ? node as Handle
    : node.open(request, response);
  return isPromise(handle)
    ? handle.then((it) => answerOpen(state, owner, request, reply, it))
    : answerOpen(state, owner, request, reply, handle);
}

function answerOpen(
  state: State,
  owner: NodeEntry,
  request: OpenRequest,
  reply: Reply,
  handle: Handle,
): void {
  const { dir, _response: response } = request;
  try {
    checkOpened(response);
  } catch (error) {
    state.attempt(() => handle.release?.(), request);
    throw error;
  }
  const entry = state.handles.open(handle, owner, dir);
  if (!dir) setOpenFlags(state, entry, response);
  else if (state.options.cacheDirectories) {
    response.flags |= FOPEN_CACHE_DIR | FOPEN_KEEP_CACHE;
  }
  response._encodeHandle(reply, entry.id);
}

/** Adds the `FOPEN_*` flags that the options and the handle ask for. */
export function setOpenFlags(
  { options, backings }: State,
  entry: HandleEntry,
  response: OpenResponse | CreateResponse,
): void {
  // Without a `flush` method, the kernel need not send FLUSH at each close(2).
  if (entry.handle.flush === undefined) response.flags |= FOPEN_NOFLUSH;
  if (options.directIO) response.flags |= FOPEN_DIRECT_IO;
  if (options.keepCache) response.flags |= FOPEN_KEEP_CACHE;
  backings.open(entry, response);
}

/** READ */
export function read(
  state: State,
  request: ReadRequest,
  reply: Reply,
): MaybePromise<void> {
  const entry = state.opened(request);
  const { handle } = entry;
  const response = request._response;
  response._bind(reply, request.size);
  if (handle.readAll !== undefined) {
    const { offset, size } = request;
    const content = entry.content ??= handle.readAll();
    if (!isPromise(content)) return answerSlice(reply, content, offset, size);
    return content.then(
      (it) => answerSlice(reply, entry.content = it, offset, size),
      (error) => {
        delete entry.content;
        throw error;
      },
    );
  }
  if (handle.read === undefined) return reply.fail(EOPNOTSUPP);
  const done = handle.read(request, response);
  const { size } = request;
  return isPromise(done)
    ? done.then(() => answerRead(response, reply, size))
    : answerRead(response, reply, size);
}

function answerRead(response: ReadResponse, reply: Reply, size: number): void {
  response._limit(size);
  response._encode(reply);
}

function answerSlice(
  reply: Reply,
  content: Uint8Array,
  offset: number,
  size: number,
): void {
  checkBytes("what readAll() returns", content);
  reply.setBody(content.subarray(offset, offset + size));
}

/** WRITE */
export function write(
  state: State,
  request: WriteRequest,
  reply: Reply,
): MaybePromise<void> {
  const { handle } = state.opened(request);
  if (handle.write === undefined) return reply.fail(EOPNOTSUPP);
  const response = request._response;
  const { length } = request.data;
  response.size = length;
  const done = handle.write(request, response);
  return isPromise(done)
    ? done.then(() => answerWrite(response, reply, length))
    : answerWrite(response, reply, length);
}

function answerWrite(
  response: WriteResponse,
  reply: Reply,
  length: number,
): void {
  response._check(length);
  response._encode(reply);
}

/** FSYNC and FSYNCDIR: success without the method. */
export function fsync(
  state: State,
  request: FsyncRequest,
): MaybePromise<void> {
  const { handle, owner } = state.opened(request);
  return handle.fsync !== undefined
    ? handle.fsync(request)
    : owner.node.fsync?.(request);
}

/** FLUSH: success unless the handle's method throws. */
export function flush(
  state: State,
  request: FlushRequest,
): MaybePromise<void> {
  return state.opened(request).handle.flush?.(request);
}

/** RELEASE and RELEASEDIR */
export function release(
  state: State,
  request: ReleaseRequest,
): MaybePromise<void> {
  const { header, _handle } = request;
  const { handle } = state.close(_handle.number, header._node.number);
  return handle.release?.(request);
}
