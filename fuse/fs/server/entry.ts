/**
 * Answers that describe a node: its attributes, and 1 added to its lookup
 * count.
 *
 * @module
 */

import { S_IFMT } from "../../../posix/mod.ts";
import { FUSE_ENTRY_OUT } from "../../abi/internal.ts";
import { type Reply, REPLY_BODY } from "../../message/internal.ts";
import type { Attr, LookupResponse } from "../../message/mod.ts";
import { andThen, isPromise } from "../maybe_promise.ts";
import type { MaybePromise, Node } from "../node.ts";
import type { NodeEntry } from "./node_table.ts";
import type { State } from "./state.ts";

/** Throws for attributes that the kernel would reject. */
export function checkAttr(attr: Attr): void {
  if ((attr.mode & S_IFMT) === 0) {
    throw new TypeError("Cannot use attributes whose mode has no file type");
  }
}

/** Sets the defaults of a response, before a handler fills it in. */
export function beginEntry(state: State, response: LookupResponse): void {
  state.initAttr(response.attr);
  response.entryValidMs = state.options.entryValidMs;
}

/**
 * Writes the `struct fuse_entry_out` of a node at `at`, over zeros.
 *
 * @param parent The directory that has the name, if the node was found by name.
 * @returns The entry of the node, whose lookup count grows by 1; `undefined` if
 * there is no node.
 */
export function describe(
  state: State,
  parent: NodeEntry | undefined,
  name: string,
  response: LookupResponse,
  reply: Reply,
  at: number,
  child: Node | undefined,
): MaybePromise<NodeEntry | undefined> {
  if (child === undefined) return undefined;
  const { attr } = response;
  const filled = attr.mode === 0 ? child.attr(attr) : undefined;
  return isPromise(filled)
    ? filled.then(() => enter(state, parent, name, response, reply, at, child))
    : enter(state, parent, name, response, reply, at, child);
}

function enter(
  state: State,
  parent: NodeEntry | undefined,
  name: string,
  response: LookupResponse,
  reply: Reply,
  at: number,
  child: Node,
): NodeEntry {
  const { attr } = response;
  checkAttr(attr);
  const inode = state.nodes.inodeOf(child) ??
    state.inodeOf(parent, name, attr, child);
  if (attr._lacksInode) attr.inode = inode;
  // Nothing can fail from here on, so every counted lookup is answered.
  const entry = state.nodes.lookup(child, inode);
  if (parent !== undefined) entry.parentInode = parent.inode;
  response._encodeAt(reply, at, entry.id, entry.generation);
  return entry;
}

/** Answers with a node that has just been made. */
export function answerEntry(
  state: State,
  parent: NodeEntry,
  name: string,
  response: LookupResponse,
  reply: Reply,
  made: MaybePromise<Node>,
): MaybePromise<void> {
  reply.zeroBody(FUSE_ENTRY_OUT.size);
  return andThen(made, (child) => {
    if (child === undefined) {
      throw new TypeError("Cannot answer without a node");
    }
    const done = describe(
      state,
      parent,
      name,
      response,
      reply,
      REPLY_BODY,
      child,
    );
    return isPromise(done) ? done.then(() => {}) : undefined;
  });
}
