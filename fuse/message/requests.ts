/**
 * The classes of all requests: their union, with the request's name as the
 * discriminant, and the class of each opcode.
 *
 * @module
 */

import * as op from "../abi/mod.ts";
import {
  CopyFileRange64Request,
  CopyFileRangeRequest,
} from "./copy_requests.ts";
import {
  CreateRequest,
  MkdirRequest,
  MknodRequest,
  SymlinkRequest,
  TmpfileRequest,
} from "./create_requests.ts";
import {
  LinkRequest,
  RemoveRequest,
  Rename2Request,
  RenameRequest,
} from "./entry_requests.ts";
import {
  BmapRequest,
  FAllocateRequest,
  FsyncRequest,
  LseekRequest,
  SyncfsRequest,
} from "./file_requests.ts";
import {
  FlushRequest,
  OpenRequest,
  ReleaseRequest,
} from "./handle_requests.ts";
import { IoctlRequest } from "./ioctl_request.ts";
import {
  LockRequest,
  LockWaitRequest,
  QueryLockRequest,
  type UnlockRequest,
} from "./lock_requests.ts";
import {
  RemovemappingRequest,
  SetupmappingRequest,
} from "./mapping_requests.ts";
import {
  AccessRequest,
  BatchForgetRequest,
  ForgetRequest,
  GetattrRequest,
  LookupRequest,
  ReadlinkRequest,
} from "./node_requests.ts";
import { NotifyReply } from "./notify_reply.ts";
import { PollRequest } from "./poll_request.ts";
import { ReaddirplusRequest, ReadRequest } from "./read_requests.ts";
import {
  DestroyRequest,
  InitRequest,
  InterruptRequest,
  StatfsRequest,
  type UnrecognizedRequest,
} from "./session_requests.ts";
import { SetattrRequest } from "./setattr_request.ts";
import { StatxRequest } from "./statx_request.ts";
import { WriteRequest } from "./write_request.ts";
import {
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

/**
 * A function for each opcode that makes an empty request of its class. An
 * unlock has a class of its own, which the opcode does not tell.
 */
export const MAKERS: ReadonlyMap<number, () => Request> = new Map<
  number,
  () => Request
>([
  [op.FUSE_LOOKUP, () => new LookupRequest()],
  [op.FUSE_FORGET, () => new ForgetRequest()],
  [op.FUSE_GETATTR, () => new GetattrRequest()],
  [op.FUSE_SETATTR, () => new SetattrRequest()],
  [op.FUSE_READLINK, () => new ReadlinkRequest()],
  [op.FUSE_SYMLINK, () => new SymlinkRequest()],
  [op.FUSE_MKNOD, () => new MknodRequest()],
  [op.FUSE_MKDIR, () => new MkdirRequest()],
  [op.FUSE_UNLINK, () => new RemoveRequest()],
  [op.FUSE_RMDIR, () => new RemoveRequest(true)],
  [op.FUSE_RENAME, () => new RenameRequest()],
  [op.FUSE_LINK, () => new LinkRequest()],
  [op.FUSE_OPEN, () => new OpenRequest()],
  [op.FUSE_READ, () => new ReadRequest()],
  [op.FUSE_WRITE, () => new WriteRequest()],
  [op.FUSE_STATFS, () => new StatfsRequest()],
  [op.FUSE_RELEASE, () => new ReleaseRequest()],
  [op.FUSE_FSYNC, () => new FsyncRequest()],
  [op.FUSE_SETXATTR, () => new SetxattrRequest()],
  [op.FUSE_GETXATTR, () => new GetxattrRequest()],
  [op.FUSE_LISTXATTR, () => new ListxattrRequest()],
  [op.FUSE_REMOVEXATTR, () => new RemovexattrRequest()],
  [op.FUSE_FLUSH, () => new FlushRequest()],
  [op.FUSE_INIT, () => new InitRequest()],
  [op.FUSE_OPENDIR, () => new OpenRequest(true)],
  [op.FUSE_READDIR, () => new ReadRequest(true)],
  [op.FUSE_RELEASEDIR, () => new ReleaseRequest(true)],
  [op.FUSE_FSYNCDIR, () => new FsyncRequest(true)],
  [op.FUSE_GETLK, () => new QueryLockRequest()],
  [op.FUSE_SETLK, () => new LockRequest()],
  [op.FUSE_SETLKW, () => new LockWaitRequest()],
  [op.FUSE_ACCESS, () => new AccessRequest()],
  [op.FUSE_CREATE, () => new CreateRequest()],
  [op.FUSE_INTERRUPT, () => new InterruptRequest()],
  [op.FUSE_BMAP, () => new BmapRequest()],
  [op.FUSE_DESTROY, () => new DestroyRequest()],
  [op.FUSE_IOCTL, () => new IoctlRequest()],
  [op.FUSE_POLL, () => new PollRequest()],
  [op.FUSE_NOTIFY_REPLY, () => new NotifyReply()],
  [op.FUSE_BATCH_FORGET, () => new BatchForgetRequest()],
  [op.FUSE_FALLOCATE, () => new FAllocateRequest()],
  [op.FUSE_READDIRPLUS, () => new ReaddirplusRequest()],
  [op.FUSE_RENAME2, () => new Rename2Request()],
  [op.FUSE_LSEEK, () => new LseekRequest()],
  [op.FUSE_COPY_FILE_RANGE, () => new CopyFileRangeRequest()],
  [op.FUSE_SETUPMAPPING, () => new SetupmappingRequest()],
  [op.FUSE_REMOVEMAPPING, () => new RemovemappingRequest()],
  [op.FUSE_SYNCFS, () => new SyncfsRequest()],
  [op.FUSE_TMPFILE, () => new TmpfileRequest()],
  [op.FUSE_STATX, () => new StatxRequest()],
  [op.FUSE_COPY_FILE_RANGE_64, () => new CopyFileRange64Request()],
]);
