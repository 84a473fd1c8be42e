import { libc } from "../../ffi/libc.ts";
import { Attr } from "../attr.ts";
import type { Request } from "../request.ts";
import { HandleTable } from "./_handle_table.ts";
import { isPromise } from "./_maybe_promise.ts";
import { type NodeEntry, NodeTable } from "./_node_table.ts";
import { generateDynamicInode } from "./dynamic_inode.ts";
import { knownErrno } from "../to_errno.ts";
import type { FS, MaybePromise, Node } from "./node.ts";
import type { ServeOptions } from "./serve_options.ts";

/** What the operations share: the file system, its tables, its defaults. */
export class State {
  readonly fs: FS;
  readonly nodes: NodeTable;
  readonly handles: HandleTable = new HandleTable();
  readonly options: Required<ServeOptions>;
  readonly #defaults: Attr = new Attr();

  /** Starts with the root. */
  constructor(fs: FS, root: Node, options: Required<ServeOptions>) {
    this.fs = fs;
    this.nodes = new NodeTable(root);
    this.options = options;
    const now = BigInt(Date.now()) * 1_000_000n;
    const defaults = this.#defaults;
    defaults.nlink = 1;
    defaults.uid = libc().geteuid();
    defaults.gid = libc().getegid();
    defaults.atimeNs = now;
    defaults.mtimeNs = now;
    defaults.ctimeNs = now;
  }

  /** Gives attributes their defaults: everything but the mode. */
  initAttr(attr: Attr): void {
    attr._assign(this.#defaults);
    attr.validMs = this.options.attrValidMs;
  }

  /** Returns the inode number that attributes give, or makes one up. */
  inodeOf(parent: NodeEntry, name: string, attr: Attr): bigint {
    return attr._lacksInode ? this.madeUpInode(parent, name) : attr.inode;
  }

  /** Makes up the inode number of a name. */
  madeUpInode(parent: NodeEntry, name: string): bigint {
    return this.fs.generateInode?.(parent.inode, name) ??
      generateDynamicInode(parent.inode, name);
  }

  /** Takes back lookups of a node, and tells it when it is forgotten. */
  forget(id: number, n: number): void {
    const node = this.nodes.forget(id, n);
    if (node?.forget !== undefined) this.attempt(() => node.forget!());
  }

  /** Does what nobody waits for: what it throws is reported. */
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

  /** Tells the user of an error that names no errno: a defect, not an answer. */
  report(error: unknown, request: Request): void {
    if (knownErrno(error) === undefined) this.options.onError(error, request);
  }
}
