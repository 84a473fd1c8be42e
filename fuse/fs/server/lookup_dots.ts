/**
 * LOOKUP of `.` and `..`. With `exportSupport`, the kernel uses both to open a
 * file handle after it has forgotten the file: `.` finds the node, and `..` its
 * path to the root.
 *
 * @module
 */

import { SyscallError } from "../../../ffi/mod.ts";
import { ESTALE } from "../../../posix/mod.ts";
import { type Reply, REPLY_BODY } from "../../message/internal.ts";
import type { LookupRequest } from "../../message/mod.ts";
import { andThen } from "../maybe_promise.ts";
import type { MaybePromise, Node } from "../node.ts";
import { beginEntry, describe } from "./entry.ts";
import type { NodeEntry } from "./node_table.ts";
import type { State } from "./state.ts";

/** Whether a name is `.` or `..`. */
export function isDots(name: string): boolean {
  return name === "." || name === "..";
}

/** Answers with the node itself (`.`) or with its parent directory (`..`). */
export function lookupDots(
  state: State,
  request: LookupRequest,
  reply: Reply,
): MaybePromise<void> {
  const id = request.header._node.number;
  if (request.name === ".") {
    const node = state.nodes.find(id);
    return andThen(answer(state, request, reply, node), () => {});
  }
  const child = state.nodes.get(id);
  return andThen(
    state.fs.parentOf?.(child.node),
    (parent) =>
      andThen(answer(state, request, reply, parent), ({ inode }) => {
        child.parentInode = inode;
      }),
  );
}

function answer(
  state: State,
  { _response: response }: LookupRequest,
  reply: Reply,
  node: Node | undefined,
): MaybePromise<NodeEntry> {
  if (node === undefined) throw new SyscallError("lookup", ESTALE);
  beginEntry(state, response);
  const described = describe(
    state,
    undefined,
    "",
    response,
    reply,
    REPLY_BODY,
    node,
  );
  return andThen(described, (entry) => entry!);
}
