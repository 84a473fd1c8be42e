/**
 * The server's handling of READDIR and READDIRPLUS.
 *
 * The server reads a whole listing when it starts at the top, and serves it by
 * index. A reader that continues from a cookie therefore finds the remaining
 * entries even if the directory has changed. A directory of the host guarantees
 * the same for its own cookies.
 *
 * @module
 */

import { EOPNOTSUPP } from "../../../posix/mod.ts";
import { FUSE_ENTRY_OUT } from "../../abi/internal.ts";
import { DT_DIR } from "../../abi/mod.ts";
import { type Reply, REPLY_BODY, writeDirent } from "../../message/internal.ts";
import {
  LookupRequest,
  type ReaddirplusRequest,
  type ReadingRequest,
  type ReadRequest,
} from "../../message/mod.ts";
import { isPromise } from "../maybe_promise.ts";
import type { MaybePromise, Node, NodeDirent } from "../node.ts";
import { beginEntry, describe } from "./entry.ts";
import type { HandleEntry } from "./handle_table.ts";
import type { NodeEntry } from "./node_table.ts";
import { lookupInto } from "./operations.ts";
import {
  direntEnd,
  isDotsAt,
  nameAt,
  rawFdOf,
  readRaw,
} from "./raw_directory.ts";
import { RawListing } from "./raw_listing.ts";
import type { State } from "./state.ts";

/** The number of entries `.` and `..` in a directory of the host. */
const DOTS = 2;

type Entries = readonly NodeDirent[] | RawListing;

/** READDIR */
export function readdir(
  state: State,
  request: ReadRequest,
  reply: Reply,
): MaybePromise<void> {
  const opened = state.opened(request);
  if (listRaw(state, opened, request, reply, 0)) return;
  const { handle } = opened;
  const entries = listing(
    state,
    opened,
    request,
    () => handle.readDirAll?.() ?? handle.readdirplus?.(),
  );
  if (entries === undefined) return reply.fail(EOPNOTSUPP);
  const { offset, size } = request;
  return isPromise(entries)
    ? entries.then((all) => answerReaddir(all, offset, size, reply))
    : answerReaddir(entries, offset, size, reply);
}

function answerReaddir(
  entries: Entries,
  offset: number,
  size: number,
  reply: Reply,
): void {
  if (entries instanceof RawListing) {
    return reply.setBody(entries.records(offset, size));
  }
  reply.reserve(size);
  const limit = REPLY_BODY + size;
  for (let i = offset; i < entries.length; i++) {
    const end = writeDirent(
      reply.view,
      reply.length,
      limit,
      entries[i]!,
      i + 1,
    );
    if (end < 0) return;
    reply.length = end;
  }
}

/** READDIRPLUS: READDIR, and a LOOKUP of every entry but `.` and `..`. */
export function readdirplus(
  state: State,
  request: ReaddirplusRequest,
  reply: Reply,
): MaybePromise<void> {
  const opened = state.opened(request);
  if (listRaw(state, opened, request, reply, FUSE_ENTRY_OUT.size)) {
    // Without caching, the kernel looks each name up again before use.
    return state.options.entryValidMs === 0
      ? undefined
      : lookUpListed(state, request, reply, []);
  }
  const { handle } = opened;
  const entries = listing(
    state,
    opened,
    request,
    () => handle.readdirplus?.() ?? handle.readDirAll?.(),
  );
  if (entries === undefined) return reply.fail(EOPNOTSUPP);
  return isPromise(entries)
    ? entries.then((all) => answerReaddirplus(state, request, all, reply))
    : answerReaddirplus(state, request, entries, reply);
}

function answerReaddirplus(
  state: State,
  listed: ReaddirplusRequest,
  entries: Entries,
  reply: Reply,
): MaybePromise<void> {
  const { offset, size } = listed;
  const limit = REPLY_BODY + size;
  reply.zeroBody(size);
  reply.length = REPLY_BODY;
  const nodes: (Node | undefined)[] = [];
  for (let i = offset; i < entries.length; i++) {
    const entry = entries.at(i)!;
    const at = reply.length + FUSE_ENTRY_OUT.size;
    const end = writeDirent(reply.view, at, limit, entry, i + 1);
    if (end < 0) break;
    reply.length = end;
    // An entry that was listed for an earlier answer may be gone.
    if (offset === 0) nodes.push(entry.node);
  }
  return lookUpListed(state, listed, reply, nodes);
}

/** Looks up the listed entries that the file system gave no node for. */
function lookUpListed(
  state: State,
  listed: ReaddirplusRequest,
  reply: Reply,
  nodes: readonly (Node | undefined)[],
): MaybePromise<void> {
  const parent = state.nodes.get(listed.header._node.number);
  const pending: Promise<void>[] = [];
  let request = new LookupRequest();
  let end = REPLY_BODY;
  for (let i = 0; end < reply.length; i++) {
    const at = end;
    const dirent = at + FUSE_ENTRY_OUT.size;
    end = direntEnd(reply, dirent);
    if (isDotsAt(reply, dirent)) continue;
    request.name = nameAt(reply, dirent);
    request._actFor(listed);
    const done = lookupListed(state, parent, request, reply, at, nodes[i]);
    if (done !== undefined) {
      pending.push(done);
      request = new LookupRequest();
    }
  }
  return pending.length === 0 ? undefined : Promise.all(pending).then(() => {});
}

/**
 * Looks up one entry of a listing. If that fails, the entry is sent without
 * attributes, and a later LOOKUP gets the error.
 */
function lookupListed(
  state: State,
  parent: NodeEntry,
  request: LookupRequest,
  reply: Reply,
  at: number,
  node: Node | undefined,
): Promise<void> | undefined {
  const { name, _response: response } = request;
  try {
    if (node !== undefined) beginEntry(state, response);
    const done = node === undefined
      ? lookupInto(state, parent, request, reply, at)
      : describe(state, parent, name, response, reply, at, node);
    if (!isPromise(done)) return undefined;
    return done.then(() => {}, (error) => state.report(error, request));
  } catch (error) {
    state.report(error, request);
    return undefined;
  }
}

/**
 * Answers with the host directory's own records, each behind `room` zeros;
 * returns false if the listing has to be built entry by entry.
 */
function listRaw(
  state: State,
  { handle, owner, entries }: HandleEntry,
  { _offset, size }: ReadingRequest,
  reply: Reply,
  room: number,
): boolean {
  const fd = rawFdOf(handle);
  if (fd === undefined || entries !== undefined) return false;
  if (room > 0) reply.zeroBody(size);
  reply.length = REPLY_BODY;
  const dots = readRaw(
    fd,
    _offset,
    reply,
    size,
    room,
    (name) => state.madeUpInode(owner, name),
  );
  // If the host directory lacks `.` and `..`, the server adds both and uses its
  // own cookies.
  if (dots === DOTS || _offset.number > 0) return true;
  reply.length = REPLY_BODY;
  return false;
}

/** Returns the listing to read from, or `undefined` if the handle has none. */
function listing(
  state: State,
  handle: HandleEntry,
  request: ReadingRequest,
  list: () => MaybePromise<Iterable<NodeDirent>> | undefined,
): MaybePromise<Entries> | undefined {
  if (request.offset > 0 && handle.entries !== undefined) return handle.entries;
  const entries = list();
  if (entries === undefined) return undefined;
  return handle.entries = isPromise(entries)
    ? entries.then((all) => handle.entries = complete(state, handle, all))
    : complete(state, handle, entries);
}

/** Adds `.` and `..` where they are missing, and inode numbers. */
function complete(
  state: State,
  { owner }: HandleEntry,
  entries: Iterable<NodeDirent>,
): Entries {
  const list = [...entries];
  const dots = [["..", owner.parentInode], [".", owner.inode]] as const;
  for (const [name, inode] of dots) {
    if (list.some((entry) => entry.name === name)) continue;
    list.unshift({ inode, type: DT_DIR, name });
  }
  return list.map((entry) =>
    entry.inode
      ? entry
      : { ...entry, inode: state.madeUpInode(owner, entry.name) }
  );
}
