/**
 * The names and fields of notifications, for printing.
 *
 * @module
 */

import { decodeBytes, type Struct } from "../../ffi/internal.ts";
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
import type { Fields } from "./fields.ts";
import type { Notification } from "./notification.ts";

const { offset: OUT, size: BODY } = FUSE_OUT_HEADER;
const INODE = FUSE_NOTIFY_INVAL_INODE_OUT.offset;
const ENTRY = FUSE_NOTIFY_INVAL_ENTRY_OUT.offset;
const STORE = FUSE_NOTIFY_STORE_OUT.offset;
const RETRIEVE = FUSE_NOTIFY_RETRIEVE_OUT.offset;
const DELETE = FUSE_NOTIFY_DELETE_OUT.offset;
const PRUNE = FUSE_NOTIFY_PRUNE_OUT.offset;

/** A notification's name, its struct, and the function for its fields. */
type Kind = readonly [
  name: string,
  struct?: Struct,
  fields?: (view: DataView, data: Uint8Array) => Fields,
];

const KINDS: ReadonlyMap<number, Kind> = new Map<number, Kind>([
  [code.FUSE_NOTIFY_POLL, [
    "POLL",
    FUSE_NOTIFY_POLL_WAKEUP_OUT,
    (view) => ({ kh: view.getBigUint64(BODY, true) }),
  ]],
  [code.FUSE_NOTIFY_INVAL_INODE, [
    "INVAL_INODE",
    FUSE_NOTIFY_INVAL_INODE_OUT,
    (view) => ({
      node: view.getBigUint64(BODY + INODE.ino, true),
      offset: view.getBigInt64(BODY + INODE.off, true),
      size: view.getBigInt64(BODY + INODE.len, true),
    }),
  ]],
  [code.FUSE_NOTIFY_INVAL_ENTRY, [
    "INVAL_ENTRY",
    FUSE_NOTIFY_INVAL_ENTRY_OUT,
    (view, data) => ({
      parent: view.getBigUint64(BODY + ENTRY.parent, true),
      name: decodeBytes(data.subarray(0, -1)),
      expireOnly: view.getUint32(BODY + ENTRY.flags, true) ===
        code.FUSE_EXPIRE_ONLY,
    }),
  ]],
  [code.FUSE_NOTIFY_STORE, [
    "STORE",
    FUSE_NOTIFY_STORE_OUT,
    (view, data) => ({
      node: view.getBigUint64(BODY + STORE.nodeid, true),
      offset: view.getBigUint64(BODY + STORE.offset, true),
      size: data.length,
    }),
  ]],
  [code.FUSE_NOTIFY_RETRIEVE, [
    "RETRIEVE",
    FUSE_NOTIFY_RETRIEVE_OUT,
    (view) => ({
      id: view.getBigUint64(BODY + RETRIEVE.notify_unique, true),
      node: view.getBigUint64(BODY + RETRIEVE.nodeid, true),
      offset: view.getBigUint64(BODY + RETRIEVE.offset, true),
      size: view.getUint32(BODY + RETRIEVE.size, true),
    }),
  ]],
  [code.FUSE_NOTIFY_DELETE, [
    "DELETE",
    FUSE_NOTIFY_DELETE_OUT,
    (view, data) => ({
      parent: view.getBigUint64(BODY + DELETE.parent, true),
      child: view.getBigUint64(BODY + DELETE.child, true),
      name: decodeBytes(data.subarray(0, -1)),
    }),
  ]],
  [code.FUSE_NOTIFY_RESEND, ["RESEND"]],
  [code.FUSE_NOTIFY_INC_EPOCH, ["INC_EPOCH"]],
  [code.FUSE_NOTIFY_PRUNE, [
    "PRUNE",
    FUSE_NOTIFY_PRUNE_OUT,
    (view) => ({ count: view.getUint32(BODY + PRUNE.count, true) }),
  ]],
]);

/** Returns a notification's name and fields, for printing. */
export function describeNotification(
  bytes: Notification,
): [name: string, fields: Fields] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const number = view.getInt32(OUT.error, true);
  const [name = `${number}`, struct, fields] = KINDS.get(number) ?? [];
  const size = BODY + (struct?.size ?? 0);
  const isWhole = fields !== undefined && bytes.length >= size;
  return [name, isWhole ? fields(view, bytes.subarray(size)) : {}];
}
