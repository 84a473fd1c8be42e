import { FUSE_OUT_HEADER } from "../abi/internal.ts";
import type { Reply } from "../message/internal.ts";
import type {
  InterruptRequest,
  RequestBase as Request,
} from "../message/mod.ts";

const { unique: UNIQUE } = FUSE_OUT_HEADER.offset;
const RESENT = 0x8000_0000;

/**
 * Returns a number for each id. A resent request has the highest bit of its id
 * set. That bit becomes the sign, since a number would otherwise lose the
 * lowest bits.
 */
function keyOf(lo: number, hi: number): number {
  return hi < RESENT
    ? hi * 0x1_0000_0000 + lo
    : -((hi - RESENT) * 0x1_0000_0000 + lo);
}

/** The requests that have been read but not answered. */
export class InFlight {
  readonly #requests = new Map<number, Request>();

  /** The number of requests in flight. */
  get size(): number {
    return this.#requests.size;
  }

  /** Keeps a request until its answer is sent. */
  add(request: Request): void {
    const { lo, hi } = request.header._unique;
    this.#requests.set(keyOf(lo, hi), request);
  }

  /** Removes the request that a reply answers. */
  answer({ view }: Reply): void {
    if (this.#requests.size === 0) return;
    const lo = view.getUint32(UNIQUE, true);
    const hi = view.getUint32(UNIQUE + 4, true);
    this.#requests.delete(keyOf(lo, hi));
  }

  /** Aborts the signal of a request; returns whether it is in flight. */
  interrupt({ _target }: InterruptRequest): boolean {
    return this.interruptId(_target);
  }

  /** Aborts the signal of the request with an id, as `interrupt` does. */
  interruptId(
    { lo, hi }: { readonly lo: number; readonly hi: number },
  ): boolean {
    const request = this.#requests.get(keyOf(lo, hi));
    request?._interrupt();
    return request !== undefined;
  }

  /** Aborts the signals of all requests. */
  interruptAll(): void {
    for (const request of this.#requests.values()) request._interrupt();
  }

  /** Removes all requests. */
  clear(): void {
    this.#requests.clear();
  }

  /** Iterates over the requests. */
  [Symbol.iterator](): Iterator<Request> {
    return this.#requests.values();
  }
}
