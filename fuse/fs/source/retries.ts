import { SyscallError } from "../../../ffi/mod.ts";
import { ENOENT, ESTALE } from "../../../posix/mod.ts";
import type { RequestBase as Request } from "../../message/mod.ts";

/** The most threads to remember that look a path up again after ESTALE. */
const MAX_THREADS = 64;
/** The most lookups that one path may take. */
const MAX_LOOKUPS = 256;
/** The most nodes to keep that such lookups found. */
const MAX_KEPT = 64;

/** A node that can be kept usable after it has lost its last name. */
export interface Keepable {
  /** Ends the keeping: the node need not outlive its last name any more. */
  letGo(): void;
}

/**
 * The errors for requests for files that have lost their last name.
 *
 * The first error is ESTALE: the kernel then looks the whole path up again,
 * once, and finds the file that has the name now. If that file lost the name as
 * well before it is used, the caller would see an error for a name that was
 * never missing. So each node that such a thread looks up is kept for a while.
 *
 * If the thread asks for the same file once more, it uses no name but a file
 * descriptor or its working directory: the file is gone, and the error ENOENT.
 */
export class Retries<N extends Keepable> {
  #hasStale = false;
  /** The requests that were answered ESTALE, for each node: see `keyOf`. */
  readonly #stale = new WeakMap<N, Set<string>>();
  /** The lookups left to each thread that looks a path up again. */
  readonly #lookups = new Map<number, { left: number }>();
  /** The nodes that are kept, the least recently found first. */
  readonly #kept = new Set<N>();

  /** Whether the same request for the node was answered ESTALE before. */
  wasStale(node: N, request: Request | undefined): boolean {
    return this.#stale.get(node)?.has(keyOf(request)) ?? false;
  }

  /** Returns the error for a node that no name leads to. */
  gone(node: N, request: Request | undefined): SyscallError {
    this.#hasStale = true;
    let stale = this.#stale.get(node);
    if (stale === undefined) this.#stale.set(node, stale = new Set());
    const key = keyOf(request);
    if (stale.has(key)) return new SyscallError("lookup", ENOENT);
    stale.add(key);
    const thread = threadOf(request);
    this.#lookups.delete(thread);
    this.#lookups.set(thread, { left: MAX_LOOKUPS });
    removeFirst(this.#lookups, MAX_THREADS);
    return new SyscallError("lookup", ESTALE);
  }

  /** Records that a name leads to a node, which may get ESTALE anew. */
  found(node: N): void {
    if (this.#hasStale) this.#stale.delete(node);
  }

  /** Whether a lookup follows an ESTALE: the node that it finds is kept. */
  isRetry(request: Request): boolean {
    if (this.#lookups.size === 0) return false;
    const thread = threadOf(request);
    const lookups = this.#lookups.get(thread);
    if (lookups !== undefined && --lookups.left === 0) {
      this.#lookups.delete(thread);
    }
    return lookups !== undefined;
  }

  /** Keeps a node until it is forgotten, or `MAX_KEPT` newer ones are kept. */
  keep(node: N): void {
    this.#kept.delete(node);
    this.#kept.add(node);
    removeFirst(this.#kept, MAX_KEPT)?.letGo();
  }

  /** Drops a node that the kernel has forgotten. */
  forget(node: N): void {
    this.#kept.delete(node);
  }
}

/** Returns the thread that sent a request; 0 for the server itself. */
function threadOf(request: Request | undefined): number {
  return request?.header.pid ?? 0;
}

/**
 * Returns a key of the thread and the opcode of a request: one system call may
 * send several requests, and not each of them can make the call fail.
 */
function keyOf(request: Request | undefined): string {
  return `${threadOf(request)} ${request?.opname}`;
}

/**
 * The threads that a node is kept for. Each thread may send one request of each
 * opcode: a second one may be meant for the file that has the name by then.
 */
export class Expected {
  /** The id of the first request of each opcode, for each thread. */
  readonly #asked = new Map<number, Map<string, bigint>>();

  /** Expects requests of a thread that has just looked the node up. */
  add(request: Request): void {
    this.#asked.set(threadOf(request), new Map());
  }

  /** Whether a request was expected; the thread's next one like it is not. */
  take(request: Request | undefined): boolean {
    const asked = this.#asked.get(threadOf(request));
    if (request === undefined || asked === undefined) return false;
    const { opname, header: { id } } = request;
    const first = asked.get(opname);
    if (first === undefined) asked.set(opname, id);
    return first === undefined || first === id;
  }
}

/** Removes and returns the oldest key of a collection of more than `most`. */
function removeFirst<K>(
  from: Map<K, unknown> | Set<K>,
  most: number,
): K | undefined {
  if (from.size <= most) return undefined;
  const [first] = from.keys();
  from.delete(first!);
  return first;
}
