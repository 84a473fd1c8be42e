import { FUSE_OUT_HEADER } from "../abi/internal.ts";
import type { Reply } from "../message/internal.ts";
import type {
  InterruptRequest,
  RequestBase as Request,
} from "../message/mod.ts";

const { unique: UNIQUE } = FUSE_OUT_HEADER.offset;
const RESENT = 0x8000_0000;

/**
 * Returns a number for each id. What the kernel sends again has the highest
 * bit of its id set, which would cost the lowest ones: it becomes the sign.
 */
function keyOf(lo: number, hi: number): number {
  return hi < RESENT
    ? hi * 0x1_0000_0000 + lo
    : -((hi - RESENT) * 0x1_0000_0000 + lo);
}

/** The requests that have been read and not been answered. */
export class InFlight {
  readonly #requests = new Map<number, Request>();

  /** How many there are. */
  get size(): number {
    return this.#requests.size;
  }

  /** Keeps a request until its answer is sent. */
  add(request: Request): void {
    const { lo, hi } = request.header._unique;
    this.#requests.set(keyOf(lo, hi), request);
  }

  /** Forgets the request that a reply answers. */
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

  /** The same for the request with that id. */
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

  /** Forgets all requests. */
  clear(): void {
    this.#requests.clear();
  }

  /** Iterates over the requests. */
  [Symbol.iterator](): Iterator<Request> {
    return this.#requests.values();
  }
}
