import { SyscallError } from "../../../ffi/mod.ts";
import { ENOENT, ESTALE } from "../../../posix/mod.ts";
import type { RequestBase as Request } from "../../message/mod.ts";

/** How many threads are remembered that look a path up again. */
const MAX_THREADS = 64;
/** How many look-ups the names of one path may take. */
const MAX_LOOKUPS = 256;
/** How many nodes are kept that were found so. */
const MAX_KEPT = 64;

/** A node that can outlive its last name, if it is told to in time. */
export interface Keepable {
  /** It need not any more. */
  letGo(): void;
}

/**
 * What becomes of requests for a file that has lost its last name.
 *
 * The first answer is ESTALE: the kernel then looks the whole path up again,
 * once, and finds what has the name now. If that were lost in its turn before
 * it is used, the caller would see an error for a name that was never missing.
 * So whatever such a thread looks up is kept for a while.
 *
 * A thread that still asks for the same file means no name: it has got there by
 * a descriptor or its working directory, and the file is gone.
 */
export class Retries<N extends Keepable> {
  #hasTold = false;
  /** Who was told ESTALE of a node, when they asked for what. */
  readonly #told = new WeakMap<N, Set<string>>();
  /** The second tries of threads. */
  readonly #lookups = new Map<number, { left: number }>();
  /** The least recently found first. */
  readonly #kept = new Set<N>();

  /** Whether such a request was answered ESTALE, and comes once more. */
  isTold(node: N, request: Request | undefined): boolean {
    return this.#told.get(node)?.has(keyOf(request)) ?? false;
  }

  /** Returns the error for a node that no name leads to. */
  gone(node: N, request: Request | undefined): SyscallError {
    this.#hasTold = true;
    let told = this.#told.get(node);
    if (told === undefined) this.#told.set(node, told = new Set());
    const key = keyOf(request);
    if (told.has(key)) return new SyscallError("lookup", ENOENT);
    told.add(key);
    const thread = threadOf(request);
    this.#lookups.delete(thread);
    this.#lookups.set(thread, { left: MAX_LOOKUPS });
    removeFirst(this.#lookups, MAX_THREADS);
    return new SyscallError("lookup", ESTALE);
  }

  /** Notes that a name leads to a node. */
  found(node: N): void {
    if (this.#hasTold) this.#told.delete(node);
  }

  /** Whether what a thread looks up now is to be kept. */
  isRetry(request: Request): boolean {
    if (this.#lookups.size === 0) return false;
    const thread = threadOf(request);
    const lookups = this.#lookups.get(thread);
    if (lookups !== undefined && --lookups.left === 0) {
      this.#lookups.delete(thread);
    }
    return lookups !== undefined;
  }

  /** Keeps a node until it is forgotten, or many others are kept. */
  keep(node: N): void {
    this.#kept.delete(node);
    this.#kept.add(node);
    removeFirst(this.#kept, MAX_KEPT)?.letGo();
  }

  /** Forgets a node, which the kernel does not know any more. */
  forget(node: N): void {
    this.#kept.delete(node);
  }
}

/** Who asks; 0 for the server itself. */
function threadOf(request: Request | undefined): number {
  return request?.header.pid ?? 0;
}

/**
 * Who asks for what: one system call may make several requests, of which not
 * every one can fail it.
 */
function keyOf(request: Request | undefined): string {
  return `${threadOf(request)} ${request?.opname}`;
}

/**
 * The threads that a node is kept for. Each may ask once for each thing: when it
 * asks for the same again, it may mean what has the name by then.
 */
export class Expected {
  /** For each thread, which request has asked for what. */
  readonly #asked = new Map<number, Map<string, bigint>>();

  /** Expects a thread, which has just looked the node up. */
  add(request: Request): void {
    this.#asked.set(threadOf(request), new Map());
  }

  /** Whether a request was expected; the next one like it is not. */
  take(request: Request | undefined): boolean {
    const asked = this.#asked.get(threadOf(request));
    if (request === undefined || asked === undefined) return false;
    const { opname, header: { id } } = request;
    const first = asked.get(opname);
    if (first === undefined) asked.set(opname, id);
    return first === undefined || first === id;
  }
}

/** Removes and returns the oldest key of a collection that is too large. */
function removeFirst<K>(
  from: Map<K, unknown> | Set<K>,
  most: number,
): K | undefined {
  if (from.size <= most) return undefined;
  const [first] = from.keys();
  from.delete(first!);
  return first;
}
