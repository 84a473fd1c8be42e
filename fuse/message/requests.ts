/**
 * The union of all requests, with the request's name as the discriminant.
 *
 * @module
 */

import type {
  CopyFileRange64Request,
  CopyFileRangeRequest,
} from "./copy_requests.ts";
import type {
  CreateRequest,
  MkdirRequest,
  MknodRequest,
  SymlinkRequest,
  TmpfileRequest,
} from "./create_requests.ts";
import type {
  LinkRequest,
  RemoveRequest,
  Rename2Request,
  RenameRequest,
} from "./entry_requests.ts";
import type {
  BmapRequest,
  FAllocateRequest,
  FsyncRequest,
  LseekRequest,
  SyncfsRequest,
} from "./file_requests.ts";
import type {
  FlushRequest,
  OpenRequest,
  ReleaseRequest,
} from "./handle_requests.ts";
import type { IoctlRequest } from "./ioctl_request.ts";
import type {
  LockRequest,
  LockWaitRequest,
  QueryLockRequest,
  UnlockRequest,
} from "./lock_requests.ts";
import type {
  RemovemappingRequest,
  SetupmappingRequest,
} from "./mapping_requests.ts";
import type {
  AccessRequest,
  BatchForgetRequest,
  ForgetRequest,
  GetattrRequest,
  LookupRequest,
  ReadlinkRequest,
} from "./node_requests.ts";
import type { NotifyReply } from "./notify_reply.ts";
import type { PollRequest } from "./poll_request.ts";
import type { ReaddirplusRequest, ReadRequest } from "./read_requests.ts";
import type {
  DestroyRequest,
  InitRequest,
  InterruptRequest,
  StatfsRequest,
  UnrecognizedRequest,
} from "./session_requests.ts";
import type { SetattrRequest } from "./setattr_request.ts";
import type { StatxRequest } from "./statx_request.ts";
import type { WriteRequest } from "./write_request.ts";
import type {
  GetxattrRequest,
  ListxattrRequest,
  RemovexattrRequest,
  SetxattrRequest,
} from "./xattr_requests.ts";
import { Request as AnyRequest } from "./request.ts";

/**
 * A request of the kernel that waits for exactly one answer.
 *
 * A `switch` over `opname` narrows the type to a class. Answer with the
 * class's `respond` or with `respondError`, once.
 *
 * @example Usage
 * ```ts
 * import { LookupResponse, type Request } from "@hostkit/hostkit/fuse";
 *
 * function answer(request: Request): void {
 *   switch (request.opname) {
 *     case "LOOKUP":
 *       if (request.name !== "hello") return request.respond(new LookupResponse());
 *       return request.respondError(new Error("not yet"));
 *     case "RMDIR":
 *     case "UNLINK":
 *       console.log(`${request.dir ? "a directory" : "a file"}: ${request.name}`);
 *       return request.respond();
 *     default:
 *       return request.respondUnsupported();
 *   }
 * }
 * console.assert(typeof answer === "function");
 * ```
 */
export type Request =
  | AccessRequest
  | BatchForgetRequest
  | BmapRequest
  | CopyFileRange64Request
  | CopyFileRangeRequest
  | CreateRequest
  | DestroyRequest
  | FAllocateRequest
  | FlushRequest
  | ForgetRequest
  | FsyncRequest
  | GetattrRequest
  | GetxattrRequest
  | InitRequest
  | InterruptRequest
  | IoctlRequest
  | LinkRequest
  | ListxattrRequest
  | LockRequest
  | LockWaitRequest
  | LookupRequest
  | LseekRequest
  | MkdirRequest
  | MknodRequest
  | NotifyReply
  | OpenRequest
  | PollRequest
  | QueryLockRequest
  | ReadRequest
  | ReaddirplusRequest
  | ReadlinkRequest
  | ReleaseRequest
  | RemoveRequest
  | RemovemappingRequest
  | RemovexattrRequest
  | Rename2Request
  | RenameRequest
  | SetattrRequest
  | SetupmappingRequest
  | SetxattrRequest
  | StatfsRequest
  | StatxRequest
  | SymlinkRequest
  | SyncfsRequest
  | TmpfileRequest
  | UnlockRequest
  | UnrecognizedRequest
  | WriteRequest;

/** The class that all requests extend, for `instanceof`. */
export const Request: typeof AnyRequest = AnyRequest;
