import { checkBytes } from "../../ffi/internal.ts";
import { FUSE_SETLK, FUSE_SETLKW } from "../abi/mod.ts";
import { Frame } from "./frame.ts";
import { isUnlock, UnlockRequest } from "./lock_requests.ts";
import { MAKERS, type Request } from "./requests.ts";
import { UnrecognizedRequest } from "./session_requests.ts";

/** The number added to the opcode of an unlock; every opcode is smaller. */
const UNLOCK = 2 ** 32;

/**
 * Returns the kind of request that a frame holds: the opcode, with `UNLOCK`
 * added if the request releases a lock, since that has its own class.
 */
function kindOf(frame: Frame): number {
  const { opcode } = frame;
  const isLock = opcode === FUSE_SETLK || opcode === FUSE_SETLKW;
  return isLock && isUnlock(frame) ? opcode + UNLOCK : opcode;
}

/**
 * Makes an empty request of the kind that a frame holds; the frame's header
 * must have been checked. An opcode alone does not tell an unlock from a lock,
 * so it makes a lock request.
 */
export function newRequest(of: Frame | number): Request {
  const kind = typeof of === "number" ? of : kindOf(of);
  if (kind >= UNLOCK) return new UnlockRequest();
  return MAKERS.get(kind)?.() ?? new UnrecognizedRequest();
}

/** Decodes the request in a frame; fields may be views of the frame's bytes. */
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
 * @returns A request of the opcode's class; `UnrecognizedRequest` for an
 * unknown opcode.
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
