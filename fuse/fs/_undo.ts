import { FUSE_DIRENT, FUSE_ENTRY_OUT, FUSE_OPEN_OUT } from "../_abi.ts";
import { type Reply, REPLY_BODY } from "../_reply.ts";
import { getNumber64 } from "../_u64.ts";
import * as op from "../constants.ts";
import type { State } from "./_state.ts";
import type { Handle } from "./node.ts";

/**
 * Takes back what a reply gave to a kernel that never got it: lookups that it
 * will not forget, and a handle that it will not release.
 *
 * @returns The handle, to be released.
 */
export function undo(
  state: State,
  opcode: number,
  reply: Reply,
): Handle | undefined {
  if (reply.errno !== 0) return undefined;
  switch (opcode) {
    case op.FUSE_LOOKUP:
      undoLookup(state, reply, REPLY_BODY);
      return undefined;
    case op.FUSE_READDIRPLUS: {
      const { offset, size } = FUSE_DIRENT;
      for (let at = REPLY_BODY; at < reply.length;) {
        undoLookup(state, reply, at);
        at += FUSE_ENTRY_OUT.size;
        const name = reply.view.getUint32(at + offset.namelen, true);
        at += (size + name + 7) & ~7;
      }
      return undefined;
    }
    case op.FUSE_OPEN:
    case op.FUSE_OPENDIR: {
      if (reply.length === REPLY_BODY) return undefined;
      const at = REPLY_BODY + FUSE_OPEN_OUT.offset.fh;
      return state.handles.release(getNumber64(reply.view, at)).handle;
    }
    default:
      return undefined;
  }
}

function undoLookup(state: State, reply: Reply, at: number): void {
  const id = getNumber64(reply.view, at + FUSE_ENTRY_OUT.offset.nodeid);
  if (id !== 0) state.forget(id, 1);
}
