/**
 * The messages that a server sends without a request: `enum fuse_notify_code`
 * of `<linux/fuse.h>`. Each has a header whose id is 0 and whose error is the
 * code, a struct, and in some cases a name or data.
 *
 * @module
 */

import { checkArray, checkText, cString, show } from "../../ffi/internal.ts";
import {
  FUSE_NOTIFY_DELETE_OUT,
  FUSE_NOTIFY_INVAL_ENTRY_OUT,
  FUSE_NOTIFY_INVAL_INODE_OUT,
  FUSE_NOTIFY_POLL_WAKEUP_OUT,
  FUSE_NOTIFY_PRUNE_OUT,
  FUSE_NOTIFY_RETRIEVE_OUT,
  FUSE_NOTIFY_STORE_OUT,
  FUSE_OUT_HEADER,
} from "../abi/internal.ts";
import * as code from "../abi/mod.ts";
import { checkBytes } from "./check_bytes.ts";
import { NO_DATA } from "./frame.ts";

/** A notification, ready to be written. */
export type Notification = Uint8Array<ArrayBuffer>;

const { offset: OUT, size: BODY } = FUSE_OUT_HEADER;
const INODE = FUSE_NOTIFY_INVAL_INODE_OUT.offset;
const ENTRY = FUSE_NOTIFY_INVAL_ENTRY_OUT.offset;
const STORE = FUSE_NOTIFY_STORE_OUT.offset;
const RETRIEVE = FUSE_NOTIFY_RETRIEVE_OUT.offset;
const DELETE = FUSE_NOTIFY_DELETE_OUT.offset;
const PRUNE = FUSE_NOTIFY_PRUNE_OUT.offset;

const MAX_U64 = 0xffff_ffff_ffff_ffffn;
const MAX_I64 = 0x7fff_ffff_ffff_ffffn;

/** Makes a message: a header, a zeroed struct, and the data after it. */
function begin(
  notifyCode: number,
  { size }: { readonly size: number },
  data: Uint8Array = NO_DATA,
): [bytes: Notification, view: DataView] {
  const bytes = new Uint8Array(BODY + size + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(OUT.len, bytes.length, true);
  view.setInt32(OUT.error, notifyCode, true);
  bytes.set(data, BODY + size);
  return [bytes, view];
}

function isNumber(value: unknown): boolean {
  return typeof value === "bigint" || Number.isSafeInteger(value);
}

/** Checks a field that has 64 bits in the kernel. */
function u64(what: string, value: number | bigint, max = MAX_U64): bigint {
  if (!isNumber(value)) {
    throw new RangeError(`Cannot notify of ${what} ${show(value)}: not exact`);
  }
  const big = BigInt(value);
  if (big >= 0n && big <= max) return big;
  throw new RangeError(`Cannot notify of ${what} ${value}: out of range`);
}

function nameBytes(name: string): Uint8Array {
  if (checkText("name", name) === "") {
    throw new TypeError("Cannot notify of an empty name");
  }
  return cString(name);
}

/** Makes POLL: a file that was polled is ready. */
export function pollWakeup(kh: bigint): Notification {
  const [bytes, view] = begin(
    code.FUSE_NOTIFY_POLL,
    FUSE_NOTIFY_POLL_WAKEUP_OUT,
  );
  const at = BODY + FUSE_NOTIFY_POLL_WAKEUP_OUT.offset.kh;
  view.setBigUint64(at, u64("wakeup", kh), true);
  return bytes;
}

/**
 * Makes INVAL_INODE: drop a node's attributes, and `size` bytes of its data.
 *
 * @param size The number of bytes to drop; negative for all bytes up to end of
 * file, 0 for the attributes only.
 */
export function invalidateNode(
  node: bigint,
  offset: number | bigint,
  size: number | bigint,
): Notification {
  const [bytes, view] = begin(
    code.FUSE_NOTIFY_INVAL_INODE,
    FUSE_NOTIFY_INVAL_INODE_OUT,
  );
  view.setBigUint64(BODY + INODE.ino, u64("node", node), true);
  const start = u64("offset", offset, MAX_I64);
  const all = isNumber(size) && size < 0;
  const length = all ? -1n : u64("size", size, MAX_I64 - start);
  // To the kernel, length 0 means up to end of file, and a negative offset no
  // data.
  view.setBigInt64(BODY + INODE.off, length === 0n ? -1n : start, true);
  view.setBigInt64(BODY + INODE.len, length, true);
  return bytes;
}

/** Makes INVAL_ENTRY: drop a name; with `FUSE_EXPIRE_ONLY`, its cache time. */
export function invalidateEntry(
  parent: bigint,
  name: string,
  flags = 0,
): Notification {
  const data = nameBytes(name);
  const [bytes, view] = begin(
    code.FUSE_NOTIFY_INVAL_ENTRY,
    FUSE_NOTIFY_INVAL_ENTRY_OUT,
    data,
  );
  view.setBigUint64(BODY + ENTRY.parent, u64("parent", parent), true);
  view.setUint32(BODY + ENTRY.namelen, data.length - 1, true);
  view.setUint32(BODY + ENTRY.flags, flags, true);
  return bytes;
}

/** Makes STORE: store data in a file's page cache. */
export function store(
  node: bigint,
  offset: number | bigint,
  data: Uint8Array,
): Notification {
  checkBytes("data", data);
  const [bytes, view] = begin(
    code.FUSE_NOTIFY_STORE,
    FUSE_NOTIFY_STORE_OUT,
    data,
  );
  view.setBigUint64(BODY + STORE.nodeid, u64("node", node), true);
  const start = u64("offset", offset, MAX_I64 - BigInt(data.length));
  view.setBigUint64(BODY + STORE.offset, start, true);
  view.setUint32(BODY + STORE.size, data.length, true);
  return bytes;
}

/** Makes RETRIEVE: send data from a file's page cache. */
export function retrieve(
  id: bigint,
  node: bigint,
  offset: number | bigint,
  size: number,
): Notification {
  const [bytes, view] = begin(
    code.FUSE_NOTIFY_RETRIEVE,
    FUSE_NOTIFY_RETRIEVE_OUT,
  );
  view.setBigUint64(BODY + RETRIEVE.notify_unique, u64("id", id), true);
  view.setBigUint64(BODY + RETRIEVE.nodeid, u64("node", node), true);
  const start = u64("offset", offset, MAX_I64);
  view.setBigUint64(BODY + RETRIEVE.offset, start, true);
  const length = u64("size", size, 0xffff_ffffn);
  view.setUint32(BODY + RETRIEVE.size, Number(length), true);
  return bytes;
}

/** Makes DELETE: a name was removed. */
export function deleteEntry(
  parent: bigint,
  child: bigint,
  name: string,
): Notification {
  const data = nameBytes(name);
  const [bytes, view] = begin(
    code.FUSE_NOTIFY_DELETE,
    FUSE_NOTIFY_DELETE_OUT,
    data,
  );
  view.setBigUint64(BODY + DELETE.parent, u64("parent", parent), true);
  view.setBigUint64(BODY + DELETE.child, u64("child", child), true);
  view.setUint32(BODY + DELETE.namelen, data.length - 1, true);
  return bytes;
}

/** Makes RESEND: send all unanswered requests again. */
export function resend(): Notification {
  return begin(code.FUSE_NOTIFY_RESEND, { size: 0 })[0];
}

/** Makes INC_EPOCH: look up every cached name again. */
export function incEpoch(): Notification {
  return begin(code.FUSE_NOTIFY_INC_EPOCH, { size: 0 })[0];
}

/** Makes PRUNE: forget nodes that are not in use. */
export function prune(nodes: readonly bigint[]): Notification {
  const ids = new DataView(
    new ArrayBuffer(8 * checkArray("nodes", nodes).length),
  );
  for (const [i, node] of nodes.entries()) {
    ids.setBigUint64(8 * i, u64("nodes", node), true);
  }
  const [bytes, view] = begin(
    code.FUSE_NOTIFY_PRUNE,
    FUSE_NOTIFY_PRUNE_OUT,
    new Uint8Array(ids.buffer),
  );
  view.setUint32(BODY + PRUNE.count, nodes.length, true);
  return bytes;
}
