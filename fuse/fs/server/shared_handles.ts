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

/**
 * The unit of the listing's descriptor in the kernel's handle; the lower 32
 * bits are the file system's handle.
 */
const LISTING = 2 ** 32;
/** Keeps handles below 2^53; descriptors are below 2^20 by default. */
const MAX_LISTING = 2 ** 21;

/** An open file or directory, as a Worker builds it for a single request. */
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
 * The open files and directories of a file system that several Workers serve.
 * The kernel's handle contains everything a Worker needs.
 */
export class SharedHandles {
  readonly #fs: SharedFS;
  readonly #nodes: SharedNodes;
  /** The number of opens minus releases by this Worker, for each handle. */
  readonly #balance = new Map<number, { node: number; count: number }>();
  #size = 0;

  /** Makes an empty table. */
  constructor(fs: SharedFS, nodes: SharedNodes) {
    this.#fs = fs;
    this.#nodes = nodes;
  }

  /**
   * The opens minus releases of this Worker; the Workers' sum is what is open.
   */
  get size(): number {
    return this.#size;
  }

  /** The number of opens minus releases by this Worker, for each handle. */
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

  /** Adds an open file or directory. */
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

  /** Removes an open file or directory and returns it. */
  release(id: number, node: number): SharedHandle {
    const entry = this.get(id, node);
    if (entry.listingFd !== undefined) libc().close(entry.listingFd);
    this.#count(id, node, -1);
    return entry;
  }

  /** Returns nothing: leftover handles are released once all Workers report. */
  clear(): HandleEntry[] {
    return [];
  }

  #count(id: number, node: number, by: number): void {
    this.#size += by;
    // The handle is the node itself, which needs no release.
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
