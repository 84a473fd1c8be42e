import { encodeBytes } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import {
  EEXIST,
  EISDIR,
  ENAMETOOLONG,
  ENOENT,
  ENOTDIR,
  ENOTEMPTY,
  EPERM,
  EXDEV,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_ISGID,
} from "../../../posix/mod.ts";
import {
  FOPEN_KEEP_CACHE,
  RENAME_EXCHANGE,
  RENAME_WHITEOUT,
} from "../../abi/mod.ts";
import type {
  CreateRequest,
  CreateResponse,
  CreationRequest,
  Dirent,
  LinkRequest,
  MkdirRequest,
  MknodRequest,
  RemoveRequest,
  RenamingRequest,
  SymlinkRequest,
  TmpfileRequest,
} from "../../message/mod.ts";
import type { Handle, Node } from "../node.ts";
import { ACL_ACCESS, ACL_DEFAULT, withPermissions } from "./acl.ts";
import { PosixFile } from "./file.ts";
import { PosixSpecial, PosixSymlink } from "./leaves.ts";
import { type Ownership, PosixNode } from "./node.ts";
import { rename } from "./rename.ts";
import type { Entries, PosixVolume } from "./volume.ts";

/** `NAME_MAX` of linux/limits.h: the longest name, in bytes. */
export const NAME_MAX = 255;
/** The most bytes that one UTF-16 code unit takes in UTF-8. */
const MAX_PER_UNIT = 3;
/** The link count of an empty directory. */
const EMPTY_LINKS = 2;
/** The bytes that each entry adds to a directory's nominal size. */
const ENTRY_SIZE = 32;
/** The position in a mode of the file type, as `d_type` has it. */
const TYPE_SHIFT = 12;

/** A request that creates a node; SYMLINK has no mode. */
type MakingRequest = CreationRequest & {
  readonly mode?: number;
  readonly umask?: number;
};

/** A directory. */
export class PosixDirectory extends PosixNode implements Handle {
  readonly renameFlags: number = RENAME_EXCHANGE | RENAME_WHITEOUT;
  #entries: Entries<PosixNode>;
  /** The parent directory; the root is its own parent. */
  parent: PosixDirectory;

  constructor(
    volume: PosixVolume,
    ownership: Ownership,
    parent?: PosixDirectory,
  ) {
    super(volume, ownership);
    this.parent = parent ?? this;
    this.nlink = EMPTY_LINKS;
    // All nodes of a volume are of one kind.
    this.#entries = volume.newEntries(this) as Entries<PosixNode>;
  }

  /** Sets the entries that the directory had when it was saved. */
  restore(entries: Entries<PosixNode>): void {
    this.#entries = entries;
  }

  /** The number of entries. */
  get entryCount(): number {
    return this.#entries.size;
  }

  override get size(): number {
    return this.entryCount * ENTRY_SIZE;
  }

  /** Returns the node with a name, if there is one. */
  get(name: string): PosixNode | undefined {
    checkName(name);
    return this.#entries.get(name);
  }

  /**
   * Returns the node with a name.
   *
   * @throws {SyscallError} ENOENT if there is none.
   */
  find(name: string): PosixNode {
    const node = this.get(name);
    if (node === undefined) throw new SyscallError("lookup", ENOENT);
    return node;
  }

  /** Gives a node a name, in place of the node that has it. */
  put(name: string, node: PosixNode): void {
    this.#entries.set(name, node);
    if (node instanceof PosixDirectory) node.parent = this;
    this.volume.change(node);
    this.touchContent();
  }

  /** Removes a name. */
  delete(name: string): void {
    this.#entries.delete(name);
    this.touchContent();
  }

  lookup(name: string): PosixNode | undefined {
    return this.get(name)?.remember();
  }

  readDirAll(): Dirent[] {
    this.touchAccess();
    return Array.from(this.#entries, ([name, { inode, mode }]) => ({
      inode: BigInt(inode),
      type: mode >>> TYPE_SHIFT,
      name,
    }));
  }

  create(
    request: CreateRequest,
    response: CreateResponse,
  ): readonly [PosixNode, Handle] {
    this.#beginMaking(request.name);
    const file = this.#make(request, S_IFREG, PosixFile);
    this.put(request.name, file);
    response.flags |= FOPEN_KEEP_CACHE;
    return [file, file.newHandle()];
  }

  tmpfile(
    request: TmpfileRequest,
    response: CreateResponse,
  ): readonly [PosixNode, Handle] {
    this.#beginMaking();
    const file = this.#make(request, S_IFREG, PosixFile);
    file.nlink = 0;
    this.volume.change(file);
    response.flags |= FOPEN_KEEP_CACHE;
    return [file, file.newHandle()];
  }

  mknod(request: MknodRequest): PosixNode {
    this.#beginMaking(request.name);
    const type = request.mode & S_IFMT;
    const node = type === S_IFREG
      ? this.#make(request, type, PosixFile)
      : this.#make(request, type, PosixSpecial, request.rdev);
    this.put(request.name, node);
    return node;
  }

  mkdir(request: MkdirRequest): PosixNode {
    this.#beginMaking(request.name);
    this.volume.checkLinks(this.nlink);
    const directory = this.#make(request, S_IFDIR, PosixDirectory, this);
    this.nlink++;
    this.put(request.name, directory);
    return directory;
  }

  symlink(request: SymlinkRequest): PosixNode {
    const { newName, target } = request;
    this.#beginMaking(newName);
    const link = this.#make(request, S_IFLNK, PosixSymlink, target);
    this.put(newName, link);
    return link;
  }

  link({ newName }: LinkRequest, old: Node): PosixNode {
    this.#beginMaking(newName);
    if (!(old instanceof PosixNode)) throw new SyscallError("link", EXDEV);
    if (old.isDirectory) throw new SyscallError("link", EPERM);
    this.volume.checkLinks(old.nlink);
    old.addLink();
    this.put(newName, old);
    return old.remember();
  }

  remove({ dir, name }: RemoveRequest): void {
    const node = this.find(name);
    if (dir) {
      if (!(node instanceof PosixDirectory)) {
        throw new SyscallError("rmdir", ENOTDIR);
      }
      node.checkEmpty();
    } else if (node.isDirectory) throw new SyscallError("unlink", EISDIR);
    this.delete(name);
    this.unlinked(node);
  }

  rename(request: RenamingRequest, newDir: Node): void {
    if (!(newDir instanceof PosixDirectory)) {
      throw new SyscallError("rename", EXDEV);
    }
    this.volume.begin(this);
    rename(request, this, newDir);
  }

  /** Refuses a directory that has entries. */
  checkEmpty(): void {
    const entries = this.#entries;
    if (entries.hasAny?.() ?? entries.size > 0) {
      throw new SyscallError("rmdir", ENOTEMPTY);
    }
  }

  /** Decrements the link count of a node whose name here was removed. */
  unlinked(node: PosixNode): void {
    if (node instanceof PosixDirectory) {
      this.dropSubdirectory();
      // The directory's `.` goes as well.
      node.nlink = 1;
    }
    node.dropLink();
  }

  /** Removes a subdirectory's link; a damaged count does not fall below 2. */
  dropSubdirectory(): void {
    if (this.nlink > EMPTY_LINKS) this.nlink--;
  }

  /** Makes room for a new node, and refuses a name that exists. */
  #beginMaking(name?: string): void {
    this.volume.begin(this);
    if (this.nlink === 0) throw new SyscallError("open", ENOENT);
    if (name !== undefined && this.get(name) !== undefined) {
      throw new SyscallError("open", EEXIST);
    }
  }

  /** Creates a node that inherits this directory's group and default ACL. */
  #make<T extends PosixNode, Rest extends unknown[]>(
    request: MakingRequest,
    type: number,
    Class: new (volume: PosixVolume, ownership: Ownership, ...rest: Rest) => T,
    ...rest: Rest
  ): T {
    const { mode = 0o777, umask = 0, header, securityContexts } = request;
    const inherited = type === S_IFLNK ? undefined : this.defaultAcl;
    const acl = inherited?.inherit(mode);
    const isDirectory = type === S_IFDIR;
    const setgid = this.mode & S_ISGID;
    const ownership: Ownership = {
      mode: type | (isDirectory ? setgid : 0) |
        (acl
          ? withPermissions(mode & 0o7777, acl.mode)
          : mode & 0o7777 & ~umask),
      uid: header.uid,
      gid: setgid ? this.gid : header.gid,
    };
    const node = new Class(this.volume, ownership, ...rest);
    try {
      if (node instanceof PosixSymlink) node.takePages();
      if (acl?.isExtended) node.setXattr(ACL_ACCESS, acl.format());
      if (inherited && isDirectory) {
        node.setXattr(ACL_DEFAULT, inherited.format());
      }
      for (const { name, value } of securityContexts) {
        node.setXattr(name, value);
      }
    } catch (error) {
      node.discard();
      throw error;
    }
    return node.remember();
  }
}

/** Refuses a name that is too long; the kernel allows 4 KiB. */
function checkName(name: string): void {
  if (name.length * MAX_PER_UNIT <= NAME_MAX) return;
  if (name.length > NAME_MAX || encodeBytes(name).length > NAME_MAX) {
    throw new SyscallError("lookup", ENAMETOOLONG);
  }
}
