/**
 * What the server does for READDIR and READDIRPLUS.
 *
 * A listing is taken whole when it starts at the top, and served by index, so
 * a reader that comes back to a cookie finds the entries it had not seen,
 * whatever has changed meanwhile.
 *
 * @module
 */

import { FUSE_ENTRY_OUT } from "../_abi.ts";
import { ENOSYS } from "../../posix/constants_errno.ts";
import { type Reply, REPLY_BODY } from "../_reply.ts";
import { DT_DIR } from "../constants.ts";
import { writeDirent } from "../dirent.ts";
import type { ReaddirplusRequest, ReadRequest } from "../handle_requests.ts";
import { LookupRequest } from "../node_requests.ts";
import type { HandleEntry } from "./_handle_table.ts";
import { isPromise } from "./_maybe_promise.ts";
import type { NodeEntry } from "./_node_table.ts";
import { beginEntry, describe } from "./_entry.ts";
import { lookupInto } from "./_operations.ts";
import { isRawLister, RawListing } from "./_raw_listing.ts";
import type { State } from "./_state.ts";
import type { MaybePromise, Node, NodeDirent } from "./node.ts";

type Entries = readonly NodeDirent[] | RawListing;

/** READDIR */
export function readdir(
  state: State,
  request: ReadRequest,
  reply: Reply,
): MaybePromise<void> {
  const { handle } = state.opened(request);
  const entries = listing(
    state,
    request,
    () => handle.readDirAll?.() ?? handle.readdirplus?.(),
  );
  if (entries === undefined) return reply.fail(ENOSYS);
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
  const { handle } = state.opened(request);
  const entries = listing(
    state,
    request,
    () => handle.readdirplus?.() ?? handle.readDirAll?.(),
  );
  if (entries === undefined) return reply.fail(ENOSYS);
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
  const parent = state.nodes.get(listed.header._node.number);
  const limit = REPLY_BODY + size;
  reply.zeroBody(size);
  reply.length = REPLY_BODY;
  const pending: Promise<void>[] = [];
  const settled = (): Promise<void> => Promise.all(pending).then(() => {});
  let request = new LookupRequest();
  try {
    for (let i = offset; i < entries.length; i++) {
      const entry = entries.at(i)!;
      const at = reply.length;
      const dirent = at + FUSE_ENTRY_OUT.size;
      const end = writeDirent(reply.view, dirent, limit, entry, i + 1);
      if (end < 0) break;
      reply.length = end;
      if (isDots(entry)) continue;
      request.name = entry.name;
      request._actFor(listed);
      // What was listed for an earlier answer may be gone.
      const node = offset === 0 ? entry.node : undefined;
      const done = lookupListed(state, parent, request, reply, at, node);
      if (done !== undefined) {
        pending.push(done);
        request = new LookupRequest();
      }
    }
  } catch (error) {
    // Those under way still write into this reply: let them.
    if (pending.length === 0) throw error;
    return settled().then(() => Promise.reject(error));
  }
  return pending.length === 0 ? undefined : settled();
}

/**
 * Looks one entry of a listing up. Whatever goes wrong is the answer to a
 * later LOOKUP, not to this listing: the entry goes without attributes.
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

function isDots({ name }: NodeDirent): boolean {
  return name === "." || name === "..";
}

/** Returns the listing to read from, or `undefined` if the handle has none. */
function listing(
  state: State,
  request: ReadRequest,
  list: () => MaybePromise<Iterable<NodeDirent>> | undefined,
): MaybePromise<Entries> | undefined {
  const handle = state.opened(request);
  if (request.offset > 0 && handle.entries !== undefined) return handle.entries;
  const raw = isRawLister(handle.handle)
    ? handle.handle._rawListing()
    : undefined;
  if (raw !== undefined) return handle.entries = raw;
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
