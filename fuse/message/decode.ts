import { checkBytes } from "../../ffi/internal.ts";
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
import { Frame } from "./frame.ts";
import {
  FlushRequest,
  OpenRequest,
  ReleaseRequest,
} from "./handle_requests.ts";
import { IoctlRequest } from "./ioctl_request.ts";
import {
  isUnlock,
  LockRequest,
  LockWaitRequest,
  QueryLockRequest,
  UnlockRequest,
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
import type { Request } from "./requests.ts";
import {
  DestroyRequest,
  InitRequest,
  InterruptRequest,
  StatfsRequest,
  UnrecognizedRequest,
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

/** The request class of each opcode. */
const CLASSES: ReadonlyMap<number, () => Request> = new Map<
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

/** The number that is added to an opcode for an unlock; every opcode is smaller. */
const UNLOCK = 2 ** 32;

/**
 * Returns the kind of request that a frame holds: the opcode, with `UNLOCK` added
 * if the request releases a lock, since that has its own class.
 */
function kindOf(frame: Frame): number {
  const { opcode } = frame;
  const isLock = opcode === op.FUSE_SETLK || opcode === op.FUSE_SETLKW;
  return isLock && isUnlock(frame) ? opcode + UNLOCK : opcode;
}

/**
 * Makes an empty request of the kind that a frame holds; the frame's header must
 * have been checked. An opcode alone does not tell an unlock from a lock, so it
 * makes a lock request.
 */
export function newRequest(of: Frame | number): Request {
  const kind = typeof of === "number" ? of : kindOf(of);
  if (kind >= UNLOCK) return new UnlockRequest();
  return CLASSES.get(kind)?.() ?? new UnrecognizedRequest();
}

/** Decodes the request in a frame; its fields may be views of the frame's bytes. */
export function decodeFrame(frame: Frame): Request {
  frame.checkHeader();
  const request = newRequest(frame);
  request._decode(frame);
  return request;
}

/**
 * Decodes one request from its bytes.
 *
 * This needs no device, so servers, recorders and tests share it.
 *
 * @param bytes The request, as one read(2) of `/dev/fuse` returned it. Data of
 * the request, such as `WriteRequest.data`, is a view of these bytes.
 * @returns A request of the opcode's class; `UnrecognizedRequest` for an unknown opcode.
 * @throws {ProtocolError} If the bytes are truncated, too many, or malformed.
 *
 * @example Usage
 * ```ts
 * import { decodeRequest, LookupRequest } from "@hostkit/hostkit/fuse";
 *
 * const bytes = new Uint8Array(46);
 * bytes[0] = 46; // len
 * bytes[4] = 1; // opcode: FUSE_LOOKUP
 * bytes[16] = 1; // nodeid: the root
 * bytes.set(new TextEncoder().encode("hello\0"), 40);
 * const request = decodeRequest(bytes);
 * console.assert(request instanceof LookupRequest && request.name === "hello");
 * ```
 */
export function decodeRequest(bytes: Uint8Array<ArrayBuffer>): Request {
  checkBytes("bytes", bytes);
  return decodeFrame(new Frame(bytes, bytes.length));
}

/**
 * A decoder that reuses one object for each kind of request, so that a request
 * that is answered at once allocates nothing.
 */
export class RequestPool {
  readonly #requests = new Map<number, Request>();

  /** Decodes a frame into the object of the request's kind. */
  decode(frame: Frame): Request {
    frame.checkHeader();
    const kind = kindOf(frame);
    let request = this.#requests.get(kind);
    if (request === undefined) {
      request = newRequest(kind);
      this.#requests.set(kind, request);
    }
    request._decode(frame);
    return request;
  }

  /** Drops the objects of an opcode, because a request is answered later. */
  keep(opcode: number): void {
    this.#requests.delete(opcode);
    this.#requests.delete(opcode + UNLOCK);
  }
}
