import { SyscallError } from "../../../ffi/mod.ts";
import { ESTALE } from "../../../posix/mod.ts";
import type { Handle, MaybePromise, NodeDirent } from "../node.ts";
import type { NodeEntry } from "./node_table.ts";
import type { RawListing } from "./raw_listing.ts";

/** An open file or directory. */
export interface HandleEntry {
  readonly id: number;
  readonly handle: Handle;
  readonly owner: NodeEntry;
  /** Whether the kernel reads and writes a backing file instead. */
  isBacked?: boolean;
  /** The file's content, if `readAll` returned it. */
  content?: MaybePromise<Uint8Array>;
  /** The listing that is being read, `.` and `..` first. */
  entries?: MaybePromise<readonly NodeDirent[] | RawListing> | undefined;
}

/** The open files and directories, each under an id of its own. */
export class HandleTable {
  readonly #byId = new Map<number, HandleEntry>();
  #lastId = 0;

  /** The number of open files and directories. */
  get size(): number {
    return this.#byId.size;
  }

  /** Returns the open file or directory with that id. */
  get(id: number, _node: number): HandleEntry {
    const entry = this.#byId.get(id);
    if (entry === undefined) throw new SyscallError("fuse", ESTALE);
    return entry;
  }

  /** Adds an open file or directory. */
  open(handle: Handle, owner: NodeEntry, _dir: boolean): HandleEntry {
    const entry = { id: ++this.#lastId, handle, owner };
    this.#byId.set(entry.id, entry);
    return entry;
  }

  /** Removes an open file or directory and returns it. */
  release(id: number, node: number): HandleEntry {
    const entry = this.get(id, node);
    this.#byId.delete(id);
    return entry;
  }

  /** Removes all open files and directories and returns them. */
  clear(): HandleEntry[] {
    const entries = [...this.#byId.values()];
    this.#byId.clear();
    return entries;
  }
}
