import { libc } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { ESTALE } from "../../../posix/mod.ts";
import { isPromise } from "../maybe_promise.ts";
import type { Handle, MaybePromise, NodeDirent } from "../node.ts";
import type { HandleEntry } from "./handle_table.ts";
import { openListing, readListing, writeListing } from "./listing_file.ts";
import type { NodeEntry } from "./node_table.ts";
import type { RawListing } from "./raw_listing.ts";
import type { SharedFS, SharedNodes } from "./shared_nodes.ts";

type Entries = readonly NodeDirent[] | RawListing;

/** A kernel's handle: the file system's, and a listing's descriptor above it. */
const LISTING = 2 ** 32;
/** Descriptors stay below 2^20 unless the administrator says otherwise. */
const MAX_LISTING = 2 ** 21;

/** An open file or directory, as one Worker makes it up for one request. */
class SharedHandle implements HandleEntry {
  readonly id: number;
  readonly handle: Handle;
  readonly owner: NodeEntry;

  constructor(id: number, handle: Handle, owner: NodeEntry) {
    this.id = id;
    this.handle = handle;
    this.owner = owner;
  }

  get listingFd(): number | undefined {
    const fd = Math.floor(this.id / LISTING) - 1;
    return fd < 0 ? undefined : fd;
  }

  get entries(): Entries | undefined {
    const fd = this.listingFd;
    return fd === undefined ? undefined : readListing(fd);
  }

  set entries(entries: MaybePromise<Entries> | undefined) {
    const fd = this.listingFd;
    if (fd === undefined || entries === undefined || isPromise(entries)) return;
    writeListing(fd, entries);
  }
}

/** An open file or directory that some Worker has to release. */
export interface OpenHandle {
  readonly id: number;
  readonly node: number;
}

/**
 * The open files and directories of a file system that several Workers serve:
 * the handle tells each all that it needs to know.
 */
export class SharedHandles {
  readonly #fs: SharedFS;
  readonly #nodes: SharedNodes;
  /** How often this Worker has opened a handle more than it has released it. */
  readonly #balance = new Map<number, { node: number; count: number }>();
  #size = 0;

  /** Starts with none. */
  constructor(fs: SharedFS, nodes: SharedNodes) {
    this.#fs = fs;
    this.#nodes = nodes;
  }

  /** How many more were opened here than released: the sum is what is open. */
  get size(): number {
    return this.#size;
  }

  /** How often each was opened here more than it was released. */
  get balance(): ReadonlyMap<number, { node: number; count: number }> {
    return this.#balance;
  }

  /** Returns the open file or directory of a node with that id. */
  get(id: number, node: number): SharedHandle {
    const owner = this.#nodes.get(node);
    const own = id % LISTING;
    const handle = own === 0
      ? owner.node as Handle
      : this.#fs.handleById?.(own, owner.node);
    if (handle === undefined) throw new SyscallError("fuse", ESTALE);
    return new SharedHandle(id, handle, owner);
  }

  /** Adds one. */
  open(handle: Handle, owner: NodeEntry, dir: boolean): SharedHandle {
    const own = handle === owner.node ? 0 : handle.id ?? -1;
    if (!(Number.isInteger(own) && own >= 0 && own < LISTING)) {
      throw new TypeError(
        "Several Workers need a handle with an id, or a node",
      );
    }
    const listing = dir ? openListing() + 1 : 0;
    if (listing >= MAX_LISTING) throw new RangeError("Too many descriptors");
    const entry = new SharedHandle(listing * LISTING + own, handle, owner);
    this.#count(entry.id, owner.id, 1);
    return entry;
  }

  /** Removes one and returns it. */
  release(id: number, node: number): SharedHandle {
    const entry = this.get(id, node);
    if (entry.listingFd !== undefined) libc().close(entry.listingFd);
    this.#count(id, node, -1);
    return entry;
  }

  /** Those left open are released once all Workers have said theirs. */
  clear(): HandleEntry[] {
    return [];
  }

  #count(id: number, node: number, by: number): void {
    this.#size += by;
    // The node itself: nobody has to give it back.
    if (id === 0) return;
    const old = this.#balance.get(id);
    const count = (old?.count ?? 0) + by;
    if (count === 0) this.#balance.delete(id);
    else {this.#balance.set(id, {
        node: by > 0 ? node : old?.node ?? node,
        count,
      });}
  }
}
