/**
 * The server's handling of the less common requests about an open file.
 *
 * @module
 */

import { ENOTTY, ENXIO, EOPNOTSUPP } from "../../../posix/mod.ts";
import { SEEK_HOLE } from "../../abi/mod.ts";
import { NO_DATA, type Reply } from "../../message/internal.ts";
import {
  CopyFileRange64Request,
  type CopyFileRangeRequest,
  DEFAULT_POLL_MASK,
  type FAllocateRequest,
  type IoctlRequest,
  type LseekRequest,
  type PollRequest,
} from "../../message/mod.ts";
import { andThen } from "../maybe_promise.ts";
import type { MaybePromise } from "../node.ts";
import { currentAttr } from "./attr_operations.ts";
import type { State } from "./state.ts";

/** FALLOCATE */
export function fallocate(
  state: State,
  request: FAllocateRequest,
  reply: Reply,
): MaybePromise<void> {
  const { handle } = state.opened(request);
  if (handle.fallocate === undefined) return reply.fail(EOPNOTSUPP);
  return handle.fallocate(request);
}

/** LSEEK: without the method, the file is all data up to its end. */
export function lseek(
  state: State,
  request: LseekRequest,
  reply: Reply,
): MaybePromise<void> {
  const { handle } = state.opened(request);
  const response = request._response;
  const { offset64 } = request;
  response.offset = offset64;
  if (handle.lseek !== undefined) {
    return andThen(
      handle.lseek(request, response),
      () => response._encode(reply),
    );
  }
  return andThen(currentAttr(state, request, true), ({ attr: { size64 } }) => {
    if (offset64 >= size64) return reply.fail(ENXIO);
    if (request.whence === SEEK_HOLE) response.offset = size64;
    response._encode(reply);
  });
}

/**
 * COPY_FILE_RANGE, with an answer of 32 or 64 bits. EOPNOTSUPP lets the kernel
 * copy by itself.
 */
export function copyFileRange(
  state: State,
  request: CopyFileRangeRequest,
  reply: Reply,
): MaybePromise<void> {
  const { header, _handleIn, _handleOut, _nodeOut } = request;
  const { handle } = state.handle(_handleIn.number, header._node.number);
  const to = state.handle(_handleOut.number, _nodeOut.number).handle;
  if (handle.copyFileRange === undefined) return reply.fail(EOPNOTSUPP);
  const response = request._response;
  response.size = 0;
  return andThen(handle.copyFileRange(request, to, response), () => {
    if (request instanceof CopyFileRange64Request) response._encode(reply);
    else response._encodeSize(reply);
  });
}

/** IOCTL */
export function ioctl(
  state: State,
  request: IoctlRequest,
  reply: Reply,
): MaybePromise<void> {
  const { handle } = state.opened(request);
  if (handle.ioctl === undefined) return reply.fail(ENOTTY);
  const response = request._response;
  response.result = 0;
  response.data = NO_DATA;
  return andThen(handle.ioctl(request, response), () => {
    response._check(request.outSize);
    response._encode(reply);
  });
}

/** POLL: without the method, always ready. */
export function poll(
  state: State,
  request: PollRequest,
  reply: Reply,
): MaybePromise<void> {
  const { handle, owner } = state.opened(request);
  const response = request._response;
  const asks = handle.poll !== undefined || owner.node.poll !== undefined;
  response.revents = asks ? 0 : DEFAULT_POLL_MASK;
  const done = handle.poll !== undefined
    ? handle.poll(request, response)
    : owner.node.poll?.(request, response);
  return andThen(done, () => response._encode(reply));
}
