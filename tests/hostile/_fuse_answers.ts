/**
 * The rows of requests and of their answers.
 *
 * @module
 */

import * as fuse from "../../fuse/mod.ts";
import { type Left, type Row, row, type Table } from "./_table.ts";

type Rows = Record<string, Row | Left>;

/** The error of a second answer. */
export const ONCE = { throws: ["Error"] };
/** Why a class of requests has no row of its own. */
export const MADE = "a Conn or decodeRequest() makes one";

/** The requests whose answer is empty. */
const PLAIN = "Access BatchForget Destroy FAllocate Flush Forget Fsync " +
  "Interrupt Release Remove Removemapping Removexattr Setupmapping Setxattr " +
  "Syncfs Lock LockWait Unlock Unrecognized";

/** The values that fields accept as documented. */
const TAKES = { backing: "undefined", btimeNs: "undefined wide" };

/** The class of the answer to each request. */
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

/** The base class that has respond(), for the requests that inherit it. */
const INHERITED: Readonly<Record<string, string>> = {
  CreateRequest: "FileCreationRequest",
  ReadRequest: "ReadingRequest",
  ReaddirplusRequest: "ReadingRequest",
  TmpfileRequest: "FileCreationRequest",
};

/** The fields that a server sets in answers; attributes are in `Attr`. */
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

/** Returns the rows of each respond() and of the classes. */
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
