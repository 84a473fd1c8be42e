import { Frame } from "./_frame.ts";
import * as op from "./constants.ts";
import {
  FlushRequest,
  OpenRequest,
  ReaddirplusRequest,
  ReadRequest,
  ReleaseRequest,
} from "./handle_requests.ts";
import {
  AccessRequest,
  BatchForgetRequest,
  ForgetRequest,
  GetattrRequest,
  LookupRequest,
  ReadlinkRequest,
} from "./node_requests.ts";
import type { Request } from "./request.ts";
import {
  DestroyRequest,
  InitRequest,
  InterruptRequest,
  StatfsRequest,
  UnrecognizedRequest,
} from "./session_requests.ts";
import { GetxattrRequest, ListxattrRequest } from "./xattr_requests.ts";

/** The request class of each opcode. */
const CLASSES: ReadonlyMap<number, () => Request> = new Map<
  number,
  () => Request
>([
  [op.FUSE_LOOKUP, () => new LookupRequest()],
  [op.FUSE_FORGET, () => new ForgetRequest()],
  [op.FUSE_GETATTR, () => new GetattrRequest()],
  [op.FUSE_READLINK, () => new ReadlinkRequest()],
  [op.FUSE_OPEN, () => new OpenRequest()],
  [op.FUSE_READ, () => new ReadRequest()],
  [op.FUSE_STATFS, () => new StatfsRequest()],
  [op.FUSE_RELEASE, () => new ReleaseRequest()],
  [op.FUSE_GETXATTR, () => new GetxattrRequest()],
  [op.FUSE_LISTXATTR, () => new ListxattrRequest()],
  [op.FUSE_FLUSH, () => new FlushRequest()],
  [op.FUSE_INIT, () => new InitRequest()],
  [op.FUSE_OPENDIR, () => new OpenRequest(true)],
  [op.FUSE_READDIR, () => new ReadRequest(true)],
  [op.FUSE_RELEASEDIR, () => new ReleaseRequest(true)],
  [op.FUSE_ACCESS, () => new AccessRequest()],
  [op.FUSE_INTERRUPT, () => new InterruptRequest()],
  [op.FUSE_DESTROY, () => new DestroyRequest()],
  [op.FUSE_BATCH_FORGET, () => new BatchForgetRequest()],
  [op.FUSE_READDIRPLUS, () => new ReaddirplusRequest()],
]);

/** Makes an empty request of an opcode's class. */
export function newRequest(opcode: number): Request {
  return CLASSES.get(opcode)?.() ?? new UnrecognizedRequest();
}

/**
 * Decodes one request from its bytes.
 *
 * Knows no device: it is what a server, a recorder and a test share.
 *
 * @param bytes The request, as one read(2) of `/dev/fuse` returned it.
 * @returns A request of the opcode's class, `UnrecognizedRequest` for others.
 * @throws {ProtocolError} If the bytes are cut off, too many, or malformed.
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
  const frame = new Frame(bytes, bytes.length);
  frame.checkHeader();
  const request = newRequest(frame.opcode);
  request._decode(frame);
  return request;
}

/**
 * Decodes requests into one object for each opcode, used again and again, so
 * that a request answered at once allocates nothing.
 */
export class RequestPool {
  readonly #requests = new Map<number, Request>();

  /** Decodes a frame into this opcode's object. */
  decode(frame: Frame): Request {
    frame.checkHeader();
    const { opcode } = frame;
    let request = this.#requests.get(opcode);
    if (request === undefined) {
      request = newRequest(opcode);
      this.#requests.set(opcode, request);
    }
    request._decode(frame);
    return request;
  }

  /** Gives a request away to whoever answers it later. */
  keep(opcode: number): void {
    this.#requests.delete(opcode);
  }
}
