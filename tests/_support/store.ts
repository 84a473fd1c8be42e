/**
 * A small tree that keeps what is written to it, in memory: what tests of the
 * server change through the kernel.
 *
 * @module
 */

import { S_IFDIR, S_IFLNK, S_IFREG } from "../../posix/constants_stat.ts";
import { SyscallError } from "../../ffi/mod.ts";
import { EEXIST, ENOENT, ENOTEMPTY } from "../../posix/constants_errno.ts";
import {
  type Attr,
  type CreateRequest,
  type LinkRequest,
  type MkdirRequest,
  type MknodRequest,
  type ReadRequest,
  type ReadResponse,
  type RemoveRequest,
  RENAME_EXCHANGE,
  type RenameRequest,
  type SetattrRequest,
  setattrValidGid,
  setattrValidMode,
  setattrValidMtime,
  setattrValidSize,
  setattrValidUid,
  type SymlinkRequest,
  type TmpfileRequest,
  type WriteRequest,
} from "../../fuse/mod.ts";
import type { Dirent } from "../../fuse/mod.ts";
import type { FS, Handle, Node } from "../../fuse/fs/mod.ts";

let lastInode = 1n;

/** What every thing in a store has. */
export abstract class StoreNode implements Node, Handle {
  readonly inode: bigint = ++lastInode;
  mode: number;
  nlink = 1;
  uid = 0;
  gid = 0;
  rdev = 0;
  mtimeNs = 0n;

  constructor(mode: number) {
    this.mode = mode;
  }

  get size(): number {
    return 0;
  }

  attr(attr: Attr): void {
    attr.inode = this.inode;
    attr.mode = this.mode;
    attr.nlink = this.nlink;
    attr.uid = this.uid;
    attr.gid = this.gid;
    attr.rdev = this.rdev;
    attr.mtimeNs = this.mtimeNs;
    attr.size = this.size;
  }

  setattr(request: SetattrRequest): void {
    const { valid, mode } = request;
    if (setattrValidMode(valid)) {
      this.mode = this.mode & ~0o7777 | mode & 0o7777;
    }
    if (setattrValidUid(valid)) this.uid = request.uid;
    if (setattrValidGid(valid)) this.gid = request.gid;
    if (setattrValidMtime(valid)) this.mtimeNs = request.mtimeNs;
    if (setattrValidSize(valid)) this.resize(request.size);
  }

  protected resize(_size: number): void {}
}

/** A file, or anything else that is no directory. */
export class StoreFile extends StoreNode {
  #bytes = new Uint8Array(0);
  #size = 0;

  /** The content, a copy. */
  get content(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#size);
  }

  /** The content, as text. */
  get text(): string {
    return new TextDecoder().decode(this.content);
  }

  override get size(): number {
    return this.#size;
  }

  protected override resize(size: number): void {
    if (size > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(size, 2 * this.#bytes.length));
      bytes.set(this.#bytes.subarray(0, this.#size));
      this.#bytes = bytes;
    }
    if (size < this.#size) this.#bytes.fill(0, size, this.#size);
    this.#size = size;
  }

  read({ offset, size }: ReadRequest, response: ReadResponse): void {
    const end = Math.min(offset + size, this.#size);
    const data = this.#bytes.subarray(Math.min(offset, end), end);
    response.buffer.set(data);
    response.length = data.length;
  }

  write({ offset, data }: WriteRequest): void {
    if (offset + data.length > this.#size) this.resize(offset + data.length);
    this.#bytes.set(data, offset);
  }
}

/** A symbolic link. */
export class StoreLink extends StoreNode {
  readonly #target: string;

  constructor(target: string) {
    super(S_IFLNK | 0o777);
    this.#target = target;
  }

  override get size(): number {
    return this.#target.length;
  }

  readlink(): string {
    return this.#target;
  }
}

/** A directory. */
export class StoreDirectory extends StoreNode {
  readonly entries: Map<string, StoreNode> = new Map();
  readonly renameFlags: number = RENAME_EXCHANGE;

  constructor(mode = 0o755) {
    super(S_IFDIR | mode);
  }

  lookup(name: string): StoreNode | undefined {
    return this.entries.get(name);
  }

  readDirAll(): Dirent[] {
    return [...this.entries].map(([name, { inode, mode }]) => ({
      name,
      inode,
      type: mode >> 12,
    }));
  }

  create({ name, mode }: CreateRequest): readonly [StoreNode, Handle] {
    const file = new StoreFile(S_IFREG | mode & 0o7777);
    this.#add(name, file);
    return [file, file];
  }

  tmpfile({ mode }: TmpfileRequest): readonly [StoreNode, Handle] {
    const file = new StoreFile(S_IFREG | mode & 0o7777);
    file.nlink = 0;
    return [file, file];
  }

  mknod({ name, mode, rdev }: MknodRequest): StoreNode {
    const file = new StoreFile(mode);
    file.rdev = rdev;
    return this.#add(name, file);
  }

  mkdir({ name, mode }: MkdirRequest): StoreNode {
    return this.#add(name, new StoreDirectory(mode));
  }

  symlink({ newName, target }: SymlinkRequest): StoreNode {
    return this.#add(newName, new StoreLink(target));
  }

  link({ newName }: LinkRequest, old: Node): Node {
    const node = old as StoreNode;
    node.nlink++;
    return this.#add(newName, node);
  }

  remove({ name }: RemoveRequest): void {
    const node = this.#get(name);
    if (node instanceof StoreDirectory && node.entries.size > 0) {
      throw new SyscallError("rmdir", ENOTEMPTY);
    }
    node.nlink--;
    this.entries.delete(name);
  }

  rename(request: RenameRequest, newDir: Node): void {
    const { oldName, newName, flags } = request;
    const node = this.#get(oldName);
    const { entries } = newDir as StoreDirectory;
    const replaced = entries.get(newName);
    this.entries.delete(oldName);
    if (flags & RENAME_EXCHANGE) this.entries.set(oldName, replaced!);
    else if (replaced !== undefined) replaced.nlink--;
    entries.set(newName, node);
  }

  #get(name: string): StoreNode {
    const node = this.entries.get(name);
    if (node === undefined) throw new SyscallError("lookup", ENOENT);
    return node;
  }

  #add<T extends StoreNode>(name: string, node: T): T {
    if (this.entries.has(name)) throw new SyscallError("create", EEXIST);
    this.entries.set(name, node);
    return node;
  }
}

/** A file system of such nodes. */
export class Store implements FS {
  readonly top: StoreDirectory = new StoreDirectory();

  root(): StoreDirectory {
    return this.top;
  }
}
