import {
  FUSE_BATCH_FORGET_IN,
  FUSE_COPY_FILE_RANGE_IN,
  FUSE_DIRENTPLUS,
  FUSE_ENTRY_OUT,
  FUSE_FALLOCATE_IN,
  FUSE_FLUSH_IN,
  FUSE_FORGET_ONE,
  FUSE_FSYNC_IN,
  FUSE_GETATTR_IN,
  FUSE_IN_HEADER,
  FUSE_IOCTL_IN,
  FUSE_LINK_IN,
  FUSE_LK_IN,
  FUSE_LSEEK_IN,
  FUSE_OPEN_OUT,
  FUSE_POLL_IN,
  FUSE_READ_IN,
  FUSE_RELEASE_IN,
  FUSE_RENAME2_IN,
  FUSE_RENAME_IN,
  FUSE_SETATTR_IN,
  FUSE_SETUPMAPPING_IN,
  FUSE_STATX_IN,
  FUSE_WRITE_IN,
} from "../../abi/internal.ts";
import * as op from "../../abi/mod.ts";
import { BODY, listedEntries } from "../../message/internal.ts";

const ROOT = 1n;
/** An id that no server assigns: a request for it fails. */
const NOBODY = 2n ** 52n;
const { nodeid: NODE } = FUSE_IN_HEADER.offset;
const COPY = FUSE_COPY_FILE_RANGE_IN.offset;
const { offset: BATCH } = FUSE_FORGET_ONE;

/** The offsets of handle ids in the bodies of requests, by opcode. */
const HANDLES: ReadonlyMap<number, readonly number[]> = new Map([
  [op.FUSE_GETATTR, [FUSE_GETATTR_IN.offset.fh]],
  [op.FUSE_STATX, [FUSE_STATX_IN.offset.fh]],
  [op.FUSE_SETATTR, [FUSE_SETATTR_IN.offset.fh]],
  [op.FUSE_READ, [FUSE_READ_IN.offset.fh]],
  [op.FUSE_READDIR, [FUSE_READ_IN.offset.fh]],
  [op.FUSE_READDIRPLUS, [FUSE_READ_IN.offset.fh]],
  [op.FUSE_WRITE, [FUSE_WRITE_IN.offset.fh]],
  [op.FUSE_RELEASE, [FUSE_RELEASE_IN.offset.fh]],
  [op.FUSE_RELEASEDIR, [FUSE_RELEASE_IN.offset.fh]],
  [op.FUSE_FLUSH, [FUSE_FLUSH_IN.offset.fh]],
  [op.FUSE_FSYNC, [FUSE_FSYNC_IN.offset.fh]],
  [op.FUSE_FSYNCDIR, [FUSE_FSYNC_IN.offset.fh]],
  [op.FUSE_GETLK, [FUSE_LK_IN.offset.fh]],
  [op.FUSE_SETLK, [FUSE_LK_IN.offset.fh]],
  [op.FUSE_SETLKW, [FUSE_LK_IN.offset.fh]],
  [op.FUSE_IOCTL, [FUSE_IOCTL_IN.offset.fh]],
  [op.FUSE_POLL, [FUSE_POLL_IN.offset.fh]],
  [op.FUSE_FALLOCATE, [FUSE_FALLOCATE_IN.offset.fh]],
  [op.FUSE_LSEEK, [FUSE_LSEEK_IN.offset.fh]],
  [op.FUSE_COPY_FILE_RANGE, [COPY.fh_in, COPY.fh_out]],
  [op.FUSE_COPY_FILE_RANGE_64, [COPY.fh_in, COPY.fh_out]],
  [op.FUSE_SETUPMAPPING, [FUSE_SETUPMAPPING_IN.offset.fh]],
]);

/** The offset of a second node's id in the bodies of requests, by opcode. */
const NODES: ReadonlyMap<number, number> = new Map([
  [op.FUSE_LINK, FUSE_LINK_IN.offset.oldnodeid],
  [op.FUSE_RENAME, FUSE_RENAME_IN.offset.newdir],
  [op.FUSE_RENAME2, FUSE_RENAME2_IN.offset.newdir],
  [op.FUSE_COPY_FILE_RANGE, COPY.nodeid_out],
  [op.FUSE_COPY_FILE_RANGE_64, COPY.nodeid_out],
]);

/** The opcodes whose answer contains an entry, a handle, or both. */
const ENTRIES: ReadonlySet<number> = new Set([
  op.FUSE_LOOKUP,
  op.FUSE_MKNOD,
  op.FUSE_MKDIR,
  op.FUSE_SYMLINK,
  op.FUSE_LINK,
  op.FUSE_CREATE,
  op.FUSE_TMPFILE,
]);
const OPENS: ReadonlyMap<number, number> = new Map([
  [op.FUSE_OPEN, 0],
  [op.FUSE_OPENDIR, 0],
  [op.FUSE_CREATE, FUSE_ENTRY_OUT.size],
  [op.FUSE_TMPFILE, FUSE_ENTRY_OUT.size],
]);

/** A map from the recorded server's ids to ours. */
class Translation {
  readonly #ours = new Map<bigint, bigint>();

  set(recorded: bigint, ours: bigint): void {
    if (recorded !== 0n) this.#ours.set(recorded, ours);
  }

  apply(view: DataView, at: number): void {
    const recorded = view.getBigUint64(at, true);
    if (recorded === 0n) return;
    view.setBigUint64(at, this.#ours.get(recorded) ?? NOBODY, true);
  }
}

/**
 * Translates the ids in recorded requests, which the recorded server assigned,
 * to the ids that the present server assigns.
 */
export class ReplayIds {
  readonly #nodes = new Translation();
  readonly #handles = new Translation();

  constructor() {
    this.#nodes.set(ROOT, ROOT);
  }

  /** Replaces the ids in a recorded request by ours. */
  translate(opcode: number, bytes: Uint8Array<ArrayBuffer>): void {
    const view = viewOf(bytes);
    this.#nodes.apply(view, NODE);
    for (const at of HANDLES.get(opcode) ?? []) {
      if (has(bytes, BODY + at)) this.#handles.apply(view, BODY + at);
    }
    const node = NODES.get(opcode);
    if (node !== undefined && has(bytes, BODY + node)) {
      this.#nodes.apply(view, BODY + node);
    }
    if (opcode !== op.FUSE_BATCH_FORGET) return;
    const start = BODY + FUSE_BATCH_FORGET_IN.size + BATCH.nodeid;
    for (let at = start; has(bytes, at); at += FUSE_FORGET_ONE.size) {
      this.#nodes.apply(view, at);
    }
  }

  /** Learns ids from two successful answers to one request. */
  learn(opcode: number, recorded: Uint8Array, ours: Uint8Array): void {
    const [a, b] = [viewOf(recorded), viewOf(ours)];
    const { nodeid } = FUSE_ENTRY_OUT.offset;
    if (ENTRIES.has(opcode) && both(nodeid)) {
      this.#nodes.set(
        a.getBigUint64(nodeid, true),
        b.getBigUint64(nodeid, true),
      );
    }
    const open = OPENS.get(opcode);
    if (open !== undefined) {
      const at = open + FUSE_OPEN_OUT.offset.fh;
      if (both(at)) {
        this.#handles.set(a.getBigUint64(at, true), b.getBigUint64(at, true));
      }
    }
    if (opcode === op.FUSE_READDIRPLUS) this.#learnListing(recorded, ours);

    function both(at: number): boolean {
      return has(recorded, at) && has(ours, at);
    }
  }

  #learnListing(recorded: Uint8Array, ours: Uint8Array): void {
    const at = FUSE_DIRENTPLUS.offset.entry_out + FUSE_ENTRY_OUT.offset.nodeid;
    const node = (bytes: Uint8Array, entry: { readonly at: number }) =>
      viewOf(bytes).getBigUint64(entry.at + at, true);
    const byName = new Map(
      listedEntries(true, ours).map((entry) => [entry.name, entry]),
    );
    for (const entry of listedEntries(true, recorded)) {
      const match = byName.get(entry.name);
      if (match !== undefined) {
        this.#nodes.set(node(recorded, entry), node(ours, match));
      }
    }
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function has(bytes: Uint8Array, at: number): boolean {
  return at + 8 <= bytes.length;
}
