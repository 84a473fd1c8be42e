import {
  FUSE_DIRENT,
  FUSE_ENTRY_OUT,
  FUSE_OPEN_OUT,
  getNumber64,
} from "../../abi/internal.ts";
import * as op from "../../abi/mod.ts";
import { type Reply, REPLY_BODY } from "../../message/internal.ts";
import type { RequestBase as Request } from "../../message/mod.ts";
import type { State } from "./state.ts";

/**
 * Reverts the effects of a reply that the kernel never received: subtracts its
 * lookups from the lookup counts, and releases its handle.
 */
export function undo(
  state: State,
  opcode: number,
  request: Request,
  reply: Reply,
): void {
  if (reply.errno !== 0 || reply.length === REPLY_BODY) return;
  switch (opcode) {
    case op.FUSE_LOOKUP:
    case op.FUSE_MKNOD:
    case op.FUSE_MKDIR:
    case op.FUSE_SYMLINK:
    case op.FUSE_LINK:
      return undoLookup(state, reply, REPLY_BODY);
    case op.FUSE_CREATE:
    case op.FUSE_TMPFILE:
      undoOpen(
        state,
        request,
        reply,
        REPLY_BODY + FUSE_ENTRY_OUT.size,
        nodeAt(reply, REPLY_BODY),
      );
      return undoLookup(state, reply, REPLY_BODY);
    case op.FUSE_READDIRPLUS:
      return undoListing(state, reply);
    case op.FUSE_OPEN:
    case op.FUSE_OPENDIR:
      return undoOpen(
        state,
        request,
        reply,
        REPLY_BODY,
        request.header._node.number,
      );
  }
}

function undoLookup(state: State, reply: Reply, at: number): void {
  const id = nodeAt(reply, at);
  if (id !== 0) state.forget(id, 1);
}

function nodeAt({ view }: Reply, entry: number): number {
  return getNumber64(view, entry + FUSE_ENTRY_OUT.offset.nodeid);
}

function undoListing(state: State, reply: Reply): void {
  const { offset, size } = FUSE_DIRENT;
  for (let at = REPLY_BODY; at < reply.length;) {
    undoLookup(state, reply, at);
    at += FUSE_ENTRY_OUT.size;
    const name = reply.view.getUint32(at + offset.namelen, true);
    at += (size + name + 7) & ~7;
  }
}

function undoOpen(
  state: State,
  request: Request,
  reply: Reply,
  at: number,
  node: number,
): void {
  const id = getNumber64(reply.view, at + FUSE_OPEN_OUT.offset.fh);
  if (id === 0) return;
  const { handle } = state.close(id, node);
  state.attempt(() => handle.release?.(), request);
}
