import { encodeBytes, libc } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { ESTALE } from "../../../posix/mod.ts";
import type { U64 } from "../../abi/internal.ts";
import { FUSE_EXPORT_SUPPORT } from "../../abi/mod.ts";
import type { Conn } from "../../conn/mod.ts";
import { knownErrno } from "../../message/internal.ts";
import { Attr, type RequestBase as Request } from "../../message/mod.ts";
import { generateDynamicInode } from "../dynamic_inode.ts";
import { isPromise } from "../maybe_promise.ts";
import type { FS, Handle, MaybePromise, Node } from "../node.ts";
import { Backings } from "./backing.ts";
import { type HandleEntry, HandleTable } from "./handle_table.ts";
import { type NodeEntry, NodeTable, type NumberedFS } from "./node_table.ts";
import type { FullServeOptions } from "./serve_options.ts";
import type { ServerStats } from "./server_stats.ts";
import { SharedHandles } from "./shared_handles.ts";
import { type SharedFS, SharedNodes } from "./shared_nodes.ts";

/** The id of a handle that is the node, or of a file opened without OPEN. */
const UNOPENED = 0;

/** linux/limits.h: NAME_MAX. */
const NAME_MAX = 255;

/** A request about an open file or directory. */
type AboutHandle = Request & { readonly _handle: U64 };

/** The state that the operations share: file system, tables and defaults. */
export class State {
  readonly fs: FS;
  readonly nodes: NodeTable | SharedNodes;
  readonly handles: HandleTable | SharedHandles;
  readonly options: FullServeOptions;
  readonly backings: Backings;
  /** Returns the server's statistics, if other processes may read them. */
  stats: (() => MaybePromise<ServerStats>) | undefined;
  readonly #defaults: Attr = new Attr();
  readonly #nameMax: number;

  /** Makes a state whose only node is the root. */
  constructor(
    fs: FS,
    root: Node,
    options: FullServeOptions,
    conn: Conn,
    sharedFs?: SharedFS,
  ) {
    this.fs = fs;
    if (sharedFs === undefined) {
      this.nodes = new NodeTable(root, conn._generation, lasting(fs, conn));
      this.handles = new HandleTable();
    } else {
      const nodes = new SharedNodes(sharedFs, root, conn._generation);
      this.nodes = nodes;
      this.handles = new SharedHandles(sharedFs, nodes);
    }
    this.options = options;
    this.#nameMax = fs.nameMax ?? NAME_MAX;
    this.backings = new Backings(conn);
    const now = BigInt(Date.now()) * 1_000_000n;
    const defaults = this.#defaults;
    defaults.nlink = 1;
    defaults.uid = libc().geteuid();
    defaults.gid = libc().getegid();
    defaults.atimeNs = now;
    defaults.mtimeNs = now;
    defaults.ctimeNs = now;
  }

  /** Whether a name has more bytes than the file system allows. */
  isTooLong(name: string): boolean {
    // A UTF-16 code unit takes three bytes at most.
    return 3 * name.length > this.#nameMax &&
      encodeBytes(name).length > this.#nameMax;
  }

  /** Gives attributes their defaults: everything but the mode. */
  initAttr(attr: Attr): void {
    attr._assign(this.#defaults);
    attr.validMs = this.options.attrValidMs;
  }

  /**
   * Returns the inode number in the attributes; if they have none, the id that
   * the file system gives the node; otherwise a number derived from the name,
   * if there is a name.
   */
  inodeOf(
    parent: NodeEntry | undefined,
    name: string,
    attr: Attr,
    node: Node,
  ): bigint {
    if (!attr._lacksInode) return attr.inode;
    const id = this.nodes.ownIdOf(node);
    if (id !== undefined) return BigInt(id);
    if (parent === undefined) throw new SyscallError("lookup", ESTALE);
    return this.madeUpInode(parent, name);
  }

  /** Returns an inode number derived from the parent's number and the name. */
  madeUpInode(parent: NodeEntry, name: string): bigint {
    return this.fs.generateInode?.(parent.inode, name) ??
      generateDynamicInode(parent.inode, name);
  }

  /** Returns the open file or directory that a request is about. */
  opened({ header, _handle }: AboutHandle): HandleEntry {
    return this.handle(_handle.number, header._node.number);
  }

  /** Returns the open file or directory of a node with that id. */
  handle(id: number, node: number): HandleEntry {
    if (id !== UNOPENED) return this.handles.get(id, node);
    const owner = this.nodes.get(node);
    return { id, handle: owner.node as Handle, owner };
  }

  /** Removes an open file or directory and returns it. */
  close(id: number, node: number): HandleEntry {
    const entry = this.handles.release(id, node);
    this.backings.release(entry);
    return entry;
  }

  /** Subtracts `n` from a node's lookup count; calls its `forget` at 0. */
  forget(id: number, n: number): void {
    const node = this.nodes.forget(id, n);
    if (node?.forget !== undefined) this.attempt(() => node.forget!());
  }

  /** Runs an action that no caller waits for, and reports its error. */
  attempt(
    action: () => MaybePromise<void>,
    request?: Request,
  ): MaybePromise<void> {
    const { onError } = this.options;
    try {
      const done = action();
      if (!isPromise(done)) return;
      return done.catch((error) => onError(error, request));
    } catch (error) {
      onError(error, request);
    }
  }

  /** Reports an error without an errno: it is a defect, not an answer. */
  report(error: unknown, request: Request): void {
    if (knownErrno(error) === undefined) this.options.onError(error, request);
  }
}

/** Returns the file system if the kernel may ask for forgotten nodes. */
function lasting(fs: FS, { features }: Conn): NumberedFS | undefined {
  const { keepsIds = true, idOf, nodeById } = fs;
  const isLasting = keepsIds && idOf !== undefined && nodeById !== undefined;
  return isLasting && features & FUSE_EXPORT_SUPPORT
    ? fs as NumberedFS
    : undefined;
}
