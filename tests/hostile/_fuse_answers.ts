/**
 * The rows of requests and of what answers them.
 *
 * @module
 */

import * as fuse from "../../fuse/mod.ts";
import { type Left, type Row, row, type Table } from "./_table.ts";

type Rows = Record<string, Row | Left>;

/** What is answered a second time says so. */
export const ONCE = { throws: ["Error"] };
/** Why a class of requests has no row of its own. */
export const MADE = "a Conn or decodeRequest() makes one";

/** What answers with nothing. */
const PLAIN = "Access BatchForget Destroy FAllocate Flush Forget Fsync " +
  "Interrupt Release Remove Removemapping Removexattr Setupmapping Setxattr " +
  "Syncfs Lock LockWait Unlock Unrecognized";

/** What the documentation of a field says. */
const TAKES = { backing: "undefined", btimeNs: "undefined wide" };

/** What answers with an object of a class. */
const ANSWERED: Readonly<Record<string, string>> = {
  BmapRequest: "BmapResponse",
  CopyFileRange64Request: "CopyFileRangeResponse",
  CopyFileRangeRequest: "CopyFileRangeResponse",
  CreateRequest: "CreateResponse",
  GetattrRequest: "GetattrResponse",
  GetxattrRequest: "GetxattrResponse",
  InitRequest: "InitResponse",
  IoctlRequest: "IoctlResponse",
  LinkRequest: "LookupResponse",
  ListxattrRequest: "ListxattrResponse",
  LookupRequest: "LookupResponse",
  LseekRequest: "LseekResponse",
  MkdirRequest: "MkdirResponse",
  MknodRequest: "LookupResponse",
  OpenRequest: "OpenResponse",
  PollRequest: "PollResponse",
  QueryLockRequest: "QueryLockResponse",
  ReadRequest: "ReadResponse",
  ReaddirplusRequest: "ReadResponse",
  SetattrRequest: "SetattrResponse",
  StatfsRequest: "StatfsResponse",
  StatxRequest: "StatxResponse",
  SymlinkRequest: "SymlinkResponse",
  TmpfileRequest: "CreateResponse",
  WriteRequest: "WriteResponse",
};

/** Where respond() is that of a class without requests of its own. */
const INHERITED: Readonly<Record<string, string>> = {
  CreateRequest: "FileCreationRequest",
  ReadRequest: "ReadingRequest",
  ReaddirplusRequest: "ReadingRequest",
  TmpfileRequest: "FileCreationRequest",
};

/** What a server sets in answers; the attributes are in `Attr`. */
export const FIELDS: NonNullable<Table["fields"]> = {
  BmapResponse: { block: "u64" },
  CopyFileRangeResponse: { size: "offset" },
  CreateResponse: {
    ...{ node: "u64", generation: "u64", entryValidMs: "ms" },
    ...{ handle: "u64", flags: "int", backingId: "int", backing: "fd" },
  },
  GetxattrResponse: { xattr: "bytes" },
  InitResponse: {
    ...{ maxReadahead: "u32", flags: "u64", maxBackground: "u32" },
    ...{ congestionThreshold: "u32", maxWrite: "u32", timeGranNs: "u32" },
    ...{ maxPages: "u32", mapAlignment: "u32", maxStackDepth: "u32" },
    ...{ requestTimeoutS: "u32", protocol: "object" },
  },
  IoctlResponse: { result: "int", data: "bytes" },
  ListxattrResponse: { xattr: "bytes" },
  LookupResponse: { node: "u64", generation: "u64", entryValidMs: "ms" },
  LseekResponse: { offset: "offset" },
  MkdirResponse: { node: "u64", generation: "u64", entryValidMs: "ms" },
  OpenResponse: {
    ...{ handle: "u64", flags: "int", backingId: "int", backing: "fd" },
  },
  PollResponse: { revents: "int" },
  QueryLockResponse: { lock: "object" },
  ReadResponse: { data: "bytes", length: "count" },
  StatfsResponse: {
    ...{ blocks: "count", bfree: "count", bavail: "count" },
    ...{ files: "count", ffree: "count" },
    ...{ bsize: "u32", namelen: "u32", frsize: "u32" },
  },
  StatxResponse: { btimeNs: "big", attributes: "u64", attributesMask: "u64" },
  SymlinkResponse: { node: "u64", generation: "u64", entryValidMs: "ms" },
  WriteResponse: { size: "count" },
};

type Makers = Record<string, new () => object>;

function make(name: string): object {
  return new (fuse as unknown as Makers)[name]!();
}

/** Returns a row for each respond(), and for the classes. */
export function answers(): Rows {
  const rows: Rows = {};
  for (const name of PLAIN.split(" ")) rows[`${name}Request`] = MADE;
  for (const name of ["Flush", "Fsync", "Release", "Remove", "Access"]) {
    rows[`${name}Request.respond`] = row(
      {},
      () => [make(`${name}Request`)],
      ONCE,
    );
  }
  for (
    const name of PLAIN.split(" ").filter((name) => !/Forget/.test(name))
  ) {
    rows[`${name}Request.respond`] = row(
      {},
      () => [make(`${name}Request`)],
      ONCE,
    );
  }
  for (const [name, response] of Object.entries(ANSWERED)) {
    rows[name] = MADE;
    rows[response] = "has fields and no parameters";
    rows[`${INHERITED[name] ?? name}.respond`] = row(
      { response: "object" },
      () => [make(name), make(response)],
      {
        ...ONCE,
        fields: FIELDS[response] ?? {},
        takes: TAKES,
        words: { lock: "start" },
      },
    );
  }
  return rows;
}
