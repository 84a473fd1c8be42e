import {
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_ISGID,
} from "../../posix/constants_stat.ts";
import { ENOENT } from "../../posix/constants_errno.ts";
import { SyscallError } from "../../ffi/syscall_error.ts";
import { FOPEN_KEEP_CACHE } from "../constants.ts";
import type {
  CreateRequest,
  CreateResponse,
  MkdirRequest,
  MknodRequest,
  SymlinkRequest,
  TmpfileRequest,
} from "../create_requests.ts";
import type { Dirent } from "../dirent.ts";
import type { LinkRequest, RenameRequest } from "../entry_requests.ts";
import type { CreationRequest } from "../extensions.ts";
import { ACL_ACCESS, ACL_DEFAULT, withPermissions } from "./_mem_acl.ts";
import { MemDirectory } from "./_mem_directory.ts";
import type { MemNode, Ownership } from "./_mem_node.ts";
import type { InodeRow, SqliteDatabase } from "./_sqlite_database.ts";
import { SqliteEntries } from "./_sqlite_entries.ts";
import { SqliteFile } from "./_sqlite_file.ts";
import { SqliteSpecial, SqliteSymlink } from "./_sqlite_leaves.ts";
import { type Details, type SqliteNode, stored } from "./_sqlite_node.ts";
import type { SqliteVolume } from "./_sqlite_volume.ts";
import type { Handle, Node } from "./node.ts";

/** What an entry counts for in a directory's size, which means nothing. */
const ENTRY_SIZE = 32;
/** Where a mode has the type that a directory entry shows. */
const TYPE_SHIFT = 12;

/** A directory. */
export class SqliteDirectory extends stored(MemDirectory) {
  #entries: SqliteEntries;

  constructor(
    volume: SqliteVolume,
    ownership: Ownership,
    parent?: SqliteDirectory,
  ) {
    super(volume, ownership, parent);
    this.#entries = new SqliteEntries(volume, this.inode);
  }

  override get size(): number {
    return this.#entries.count * ENTRY_SIZE;
  }

  override get isEmpty(): boolean {
    return this.#entries.count === 0;
  }

  override get details(): Details {
    return { size: this.#entries.count, parent: this.parent.inode };
  }

  override restore(row: InodeRow): void {
    super.restore(row);
    this.#entries = new SqliteEntries(this.volume, row.inode, row.size);
  }

  override save(db: SqliteDatabase): void {
    super.save(db);
    this.#entries.save(db);
  }

  override saved(): void {
    super.saved();
    this.#entries.saved();
  }

  override get(name: string): MemNode | undefined {
    // Which refuses names that are too long, and knows none.
    super.get(name);
    const entry = this.#entries.get(name);
    return entry && this.volume.node(entry.inode);
  }

  override put(name: string, given: MemNode): void {
    const node = "save" in given ? given as SqliteNode : this.#adopt(given);
    const { inode, mode } = node;
    this.#entries.set(name, { inode, type: mode >>> TYPE_SHIFT });
    if (node instanceof MemDirectory) node.parent = this;
    this.volume.change(node);
    this.touchContent();
  }

  override delete(name: string): void {
    this.#entries.delete(name);
    this.touchContent();
  }

  override readDirAll(): Dirent[] {
    this.touchAccess();
    return Array.from(this.#entries.list(), ([name, { inode, type }]) => ({
      inode: BigInt(inode),
      type,
      name,
    }));
  }

  override create(
    request: CreateRequest,
    response: CreateResponse,
  ): readonly [MemNode, Handle] {
    this.volume.begin();
    this.checkFree(request.name);
    const file = this.#make(request, S_IFREG, SqliteFile);
    this.put(request.name, file);
    response.flags |= FOPEN_KEEP_CACHE;
    return [file, file.newHandle()];
  }

  override tmpfile(
    request: TmpfileRequest,
    response: CreateResponse,
  ): readonly [MemNode, Handle] {
    this.volume.begin();
    if (this.nlink === 0) throw new SyscallError("open", ENOENT);
    const file = this.#make(request, S_IFREG, SqliteFile);
    file.nlink = 0;
    response.flags |= FOPEN_KEEP_CACHE;
    return [file, file.newHandle()];
  }

  override mknod(request: MknodRequest): MemNode {
    this.volume.begin();
    this.checkFree(request.name);
    const type = request.mode & S_IFMT;
    const node = type === S_IFREG
      ? this.#make(request, type, SqliteFile)
      : this.#make(request, type, SqliteSpecial, request.rdev);
    this.put(request.name, node);
    return node;
  }

  override mkdir(request: MkdirRequest): MemNode {
    this.volume.begin();
    this.checkFree(request.name);
    this.volume.checkLinks(this.nlink);
    const directory = this.#make(request, S_IFDIR, SqliteDirectory, this);
    this.nlink++;
    this.put(request.name, directory);
    return directory;
  }

  override symlink(request: SymlinkRequest): MemNode {
    this.volume.begin();
    this.checkFree(request.newName);
    const { uid, gid } = request.header;
    const ownership = { mode: S_IFLNK | 0o777, uid, gid: this.#gid(gid) };
    const link = new SqliteSymlink(this.volume, ownership, request.target);
    this.put(request.newName, link);
    return link.remember();
  }

  override link(request: LinkRequest, old: Node): MemNode {
    this.volume.begin();
    return super.link(request, old);
  }

  override rename(request: RenameRequest, newDir: Node): void {
    this.volume.begin();
    super.rename(request, newDir);
  }

  /** Makes a whiteout that can be saved of one that cannot. */
  #adopt(whiteout: MemNode): SqliteNode {
    whiteout.discard();
    return new SqliteSpecial(this.volume, whiteout, whiteout.rdev);
  }

  #gid(gid: number): number {
    return this.mode & S_ISGID ? this.gid : gid;
  }

  /** Makes a node as this directory hands it down. */
  #make<T extends SqliteNode, Rest extends unknown[]>(
    request: CreationRequest & { mode: number; umask: number },
    type: number,
    Class: new (volume: SqliteVolume, ownership: Ownership, ...rest: Rest) => T,
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
