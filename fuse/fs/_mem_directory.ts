import { encodeBytes } from "../../ffi/c_string.ts";
import { SyscallError } from "../../ffi/syscall_error.ts";
import {
  EEXIST,
  EISDIR,
  ENAMETOOLONG,
  ENOENT,
  ENOTDIR,
  ENOTEMPTY,
  EPERM,
  EXDEV,
} from "../../posix/constants_errno.ts";
import {
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_ISGID,
} from "../../posix/constants_stat.ts";
import {
  FOPEN_KEEP_CACHE,
  RENAME_EXCHANGE,
  RENAME_WHITEOUT,
} from "../constants.ts";
import type {
  CreateRequest,
  CreateResponse,
  MkdirRequest,
  MknodRequest,
  SymlinkRequest,
  TmpfileRequest,
} from "../create_requests.ts";
import type { Dirent } from "../dirent.ts";
import type {
  LinkRequest,
  RemoveRequest,
  RenameRequest,
} from "../entry_requests.ts";
import type { CreationRequest } from "../extensions.ts";
import { ACL_ACCESS, ACL_DEFAULT, withPermissions } from "./_mem_acl.ts";
import { MemFile } from "./_mem_file.ts";
import { MemSpecial, MemSymlink } from "./_mem_leaves.ts";
import { MemNode, type Ownership } from "./_mem_node.ts";
import { rename } from "./_mem_rename.ts";
import type { MemVolume } from "./_mem_volume.ts";
import type { Handle, Node } from "./node.ts";

/** linux/limits.h */
const NAME_MAX = 255;
/** The most bytes that one UTF-16 unit becomes. */
const MAX_PER_UNIT = 3;
/** What an entry counts for in a directory's size, which means nothing. */
const ENTRY_SIZE = 32;
/** Where a mode has the type that a directory entry shows. */
const TYPE_SHIFT = 12;

/** A directory. */
export class MemDirectory extends MemNode implements Handle {
  readonly renameFlags: number = RENAME_EXCHANGE | RENAME_WHITEOUT;
  readonly #entries = new Map<string, MemNode>();
  /** The directory that it is in; the root is in itself. */
  parent: MemDirectory;

  constructor(volume: MemVolume, ownership: Ownership, parent?: MemDirectory) {
    super(volume, ownership);
    this.parent = parent ?? this;
    this.nlink = 2;
  }

  override get size(): number {
    return this.#entries.size * ENTRY_SIZE;
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** Returns what a name stands for. */
  get(name: string): MemNode | undefined {
    checkName(name);
    return this.#entries.get(name);
  }

  /** Returns what a name stands for, which must be something. */
  find(name: string): MemNode {
    const node = this.get(name);
    if (node === undefined) throw new SyscallError("lookup", ENOENT);
    return node;
  }

  /** Gives a node a name, instead of what has it. */
  put(name: string, node: MemNode): void {
    this.#entries.set(name, node);
    if (node instanceof MemDirectory) node.parent = this;
    this.touchContent();
  }

  /** Takes a name away. */
  delete(name: string): void {
    this.#entries.delete(name);
    this.touchContent();
  }

  /** Refuses a name that there is, or that there cannot be. */
  checkFree(name: string): void {
    if (this.nlink === 0) throw new SyscallError("mkdir", ENOENT);
    if (this.get(name) !== undefined) throw new SyscallError("mkdir", EEXIST);
  }

  lookup(name: string): MemNode | undefined {
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
  ): readonly [MemNode, Handle] {
    this.checkFree(request.name);
    const file = this.#make(request, S_IFREG, MemFile);
    this.put(request.name, file);
    response.flags |= FOPEN_KEEP_CACHE;
    return [file, file.newHandle()];
  }

  tmpfile(
    request: TmpfileRequest,
    response: CreateResponse,
  ): readonly [MemNode, Handle] {
    if (this.nlink === 0) throw new SyscallError("open", ENOENT);
    const file = this.#make(request, S_IFREG, MemFile);
    file.nlink = 0;
    response.flags |= FOPEN_KEEP_CACHE;
    return [file, file.newHandle()];
  }

  mknod(request: MknodRequest): MemNode {
    this.checkFree(request.name);
    const type = request.mode & S_IFMT;
    const node = type === S_IFREG
      ? this.#make(request, type, MemFile)
      : this.#make(request, type, MemSpecial, request.rdev);
    this.put(request.name, node);
    return node;
  }

  mkdir(request: MkdirRequest): MemNode {
    this.checkFree(request.name);
    this.volume.checkLinks(this.nlink);
    const directory = this.#make(request, S_IFDIR, MemDirectory, this);
    this.nlink++;
    this.put(request.name, directory);
    return directory;
  }

  symlink(request: SymlinkRequest): MemNode {
    this.checkFree(request.newName);
    const { uid, gid } = request.header;
    const ownership = { mode: S_IFLNK | 0o777, uid, gid: this.#gid(gid) };
    const link = new MemSymlink(this.volume, ownership, request.target);
    this.put(request.newName, link);
    return link.remember();
  }

  link({ newName }: LinkRequest, old: Node): MemNode {
    this.checkFree(newName);
    if (!(old instanceof MemNode)) throw new SyscallError("link", EXDEV);
    if (old.isDirectory) throw new SyscallError("link", EPERM);
    this.volume.checkLinks(old.nlink);
    old.addLink();
    this.put(newName, old);
    return old.remember();
  }

  remove({ dir, name }: RemoveRequest): void {
    const node = this.find(name);
    if (dir) {
      if (!(node instanceof MemDirectory)) {
        throw new SyscallError("rmdir", ENOTDIR);
      }
      node.checkEmpty();
    } else if (node.isDirectory) throw new SyscallError("unlink", EISDIR);
    this.delete(name);
    this.unlinked(node);
  }

  rename(request: RenameRequest, newDir: Node): void {
    if (!(newDir instanceof MemDirectory)) {
      throw new SyscallError("rename", EXDEV);
    }
    rename(request, this, newDir);
  }

  /** Refuses a directory that has entries. */
  checkEmpty(): void {
    if (!this.isEmpty) throw new SyscallError("rmdir", ENOTEMPTY);
  }

  /** Lets go of a node that had a name here. */
  unlinked(node: MemNode): void {
    if (node instanceof MemDirectory) {
      this.nlink--;
      // Its own name in itself goes with the one here.
      node.nlink--;
    }
    node.dropLink();
  }

  #gid(gid: number): number {
    return this.mode & S_ISGID ? this.gid : gid;
  }

  /** Makes a node as this directory hands it down. */
  #make<T extends MemNode, Rest extends unknown[]>(
    request: CreationRequest & { mode: number; umask: number },
    type: number,
    Class: new (volume: MemVolume, ownership: Ownership, ...rest: Rest) => T,
    ...rest: Rest
  ): T {
    const { mode, umask, header, securityContexts } = request;
    const inherited = this.defaultAcl;
    const acl = inherited?.inherit(mode);
    const isDirectory = type === S_IFDIR;
    const setgid = isDirectory ? this.mode & S_ISGID : 0;
    const ownership: Ownership = {
      mode: type | setgid |
        (acl
          ? withPermissions(mode & 0o7777, acl.mode)
          : mode & 0o7777 & ~umask),
      uid: header.uid,
      gid: this.#gid(header.gid),
    };
    const node = new Class(this.volume, ownership, ...rest);
    try {
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
