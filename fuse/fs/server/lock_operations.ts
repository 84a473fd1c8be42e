/**
 * The server's handling of requests about locks, which the kernel sends only
 * with the mount options `lockingPosix` and `lockingFlock`.
 *
 * @module
 */

import { EOPNOTSUPP } from "../../../posix/mod.ts";
import { F_UNLCK } from "../../abi/mod.ts";
import type { Reply } from "../../message/internal.ts";
import {
  type LockRequest,
  type LockWaitRequest,
  type QueryLockRequest,
  UnlockRequest,
} from "../../message/mod.ts";
import { andThen } from "../maybe_promise.ts";
import type { MaybePromise } from "../node.ts";
import type { State } from "./state.ts";

/** SETLK */
export function lock(
  state: State,
  request: LockRequest | UnlockRequest,
  reply: Reply,
): MaybePromise<void> {
  if (request instanceof UnlockRequest) return unlock(state, request, reply);
  const { handle } = state.opened(request);
  if (handle.lock === undefined) return reply.fail(EOPNOTSUPP);
  return handle.lock(request);
}

/** SETLKW */
export function lockWait(
  state: State,
  request: LockWaitRequest | UnlockRequest,
  reply: Reply,
): MaybePromise<void> {
  if (request instanceof UnlockRequest) return unlock(state, request, reply);
  const { handle } = state.opened(request);
  if (handle.lockWait === undefined) return reply.fail(EOPNOTSUPP);
  return handle.lockWait(request);
}

function unlock(
  state: State,
  request: UnlockRequest,
  reply: Reply,
): MaybePromise<void> {
  const { handle } = state.opened(request);
  if (handle.unlock === undefined) return reply.fail(EOPNOTSUPP);
  return handle.unlock(request);
}

/** GETLK: no lock conflicts unless the handle reports one. */
export function queryLock(
  state: State,
  request: QueryLockRequest,
  reply: Reply,
): MaybePromise<void> {
  const { handle } = state.opened(request);
  if (handle.queryLock === undefined) return reply.fail(EOPNOTSUPP);
  const response = request._response;
  response.lock = { start: 0n, end: 0n, type: F_UNLCK, pid: 0 };
  return andThen(
    handle.queryLock(request, response),
    () => response._encode(reply),
  );
}
