import { SyscallError } from "../../../ffi/mod.ts";
import {
  EACCES,
  EINVAL,
  EISDIR,
  ENODATA,
  S_IFDIR,
  S_IFMT,
  S_ISGID,
  S_ISUID,
  S_IXGRP,
} from "../../../posix/mod.ts";
import { FUSE_ATTR, setNumber64 } from "../../abi/internal.ts";
import * as fuse from "../../abi/mod.ts";
import type {
  Attr,
  FsyncRequest,
  GetxattrRequest,
  Header,
  ListxattrRequest,
  RemovexattrRequest,
  RequestBase as Request,
  SetattrRequest,
  SetxattrRequest,
  StatxRequest,
  StatxResponse,
} from "../../message/mod.ts";
import type { Node } from "../node.ts";
import { Acl, ACL_ACCESS, ACL_DEFAULT, withPermissions } from "./acl.ts";
import { Time } from "./time.ts";
import { PAGE, type PosixVolume } from "./volume.ts";
import { checkXattrName, Xattrs } from "./xattrs.ts";

const { offset: AT } = FUSE_ATTR;
const CAPABILITY = "security.capability";
const SECTORS_PER_PAGE = PAGE / 512;
const MODE_BITS = 0o7777;

/** The attributes that SETATTR can change. */
const CHANGES = fuse.FATTR_MODE | fuse.FATTR_UID | fuse.FATTR_GID |
  fuse.FATTR_SIZE | fuse.FATTR_ATIME | fuse.FATTR_MTIME | fuse.FATTR_CTIME;

/** The owner and mode of a node. */
export interface Ownership {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** The number of a saved node, which is counted already; absent if new. */
  readonly inode?: number;
}

/** A node of the file system: the base class of all file types. */
export class PosixNode implements Node {
  readonly volume: PosixVolume;
  readonly inode: number;
  /** File type and permissions. */
  mode: number;
  uid: number;
  gid: number;
  nlink = 1;
  atime: Time;
  mtime: Time;
  ctime: Time;
  btime: Time;
  xattrs: Xattrs | undefined;
  /** Whether the kernel knows the node: from a lookup until FORGET. */
  #known = false;
  #freed = false;

  constructor(volume: PosixVolume, { mode, uid, gid, inode }: Ownership) {
    this.volume = volume;
    this.inode = inode ?? volume.addInode();
    this.mode = mode;
    this.uid = uid;
    this.gid = gid;
    this.atime =
      this.mtime =
      this.ctime =
      this.btime =
        volume.now();
    volume.add(this);
  }

  get isDirectory(): boolean {
    return (this.mode & S_IFMT) === S_IFDIR;
  }

  /** Size in bytes. */
  get size(): number {
    return 0;
  }

  /** The number of pages that the content uses or has reserved. */
  get pages(): number {
    return 0;
  }

  get rdev(): number {
    return 0;
  }

  /** The number of open files. */
  get opens(): number {
    return 0;
  }

  /** Whether the kernel knows the node, or it is open. */
  get isUsed(): boolean {
    return this.#known || this.opens > 0;
  }

  attr({ _view: view }: Attr): void {
    setNumber64(view, AT.ino, this.inode);
    setNumber64(view, AT.size, this.size);
    setNumber64(view, AT.blocks, this.pages * SECTORS_PER_PAGE);
    this.atime.write(view, AT.atime, AT.atimensec);
    this.mtime.write(view, AT.mtime, AT.mtimensec);
    this.ctime.write(view, AT.ctime, AT.ctimensec);
    view.setUint32(AT.mode, this.mode, true);
    view.setUint32(AT.nlink, this.nlink, true);
    view.setUint32(AT.uid, this.uid, true);
    view.setUint32(AT.gid, this.gid, true);
    view.setUint32(AT.rdev, this.rdev, true);
    view.setUint32(AT.blksize, PAGE, true);
  }

  statx(_request: StatxRequest, response: StatxResponse): void {
    this.attr(response.attr);
    response.btimeNs = this.btime.ns;
  }

  setattr(request: SetattrRequest): void {
    const { valid } = request;
    const { uid } = request.header;
    const isNothing = (valid & CHANGES) === 0;
    // The kernel sends an empty SETATTR to clear set-ID bits, without a check
    // of permissions: chown(2) that changes nothing is for the owner and root.
    if (isNothing && uid !== 0 && uid !== this.uid) return;
    const isCut = valid & fuse.FATTR_SIZE && request.size <= this.size;
    if (isCut) this.volume.change(this);
    else this.volume.begin(this);
    const now = this.volume.now();
    if (valid & fuse.FATTR_SIZE) this.resize(request.size);
    if (valid & fuse.FATTR_KILL_SUIDGID || isNothing) {
      this.dropPrivileges(request);
    }
    if (valid & fuse.FATTR_UID) this.uid = request.uid;
    if (valid & fuse.FATTR_GID) this.gid = request.gid;
    if (valid & fuse.FATTR_MODE) this.#chmod(request.mode);
    if (valid & fuse.FATTR_ATIME) {
      this.atime = valid & fuse.FATTR_ATIME_NOW
        ? now
        : Time.ofNs(request.atimeNs);
    }
    if (valid & fuse.FATTR_MTIME) {
      this.mtime = valid & fuse.FATTR_MTIME_NOW
        ? now
        : Time.ofNs(request.mtimeNs);
    }
    this.ctime = valid & fuse.FATTR_CTIME ? Time.ofNs(request.ctimeNs) : now;
  }

  /** Changes the size of the content. */
  resize(_size: number): void {
    throw new SyscallError("truncate", this.isDirectory ? EISDIR : EINVAL);
  }

  getxattr({ name }: GetxattrRequest): Uint8Array | undefined {
    checkXattrName(name);
    return this.xattrs?.get(name);
  }

  listxattr(_request: ListxattrRequest): Iterable<string> {
    return this.xattrs?.names() ?? [];
  }

  setxattr({ name, xattr, flags, setxattrFlags }: SetxattrRequest): void {
    checkXattrName(name);
    this.volume.begin(this);
    if (name === ACL_ACCESS) {
      this.#setAccessAcl(Acl.parse(xattr), flags);
      if (setxattrFlags & fuse.FUSE_SETXATTR_ACL_KILL_SGID) {
        this.mode &= ~S_ISGID;
      }
    } else if (name === ACL_DEFAULT) {
      this.#setDefaultAcl(Acl.parse(xattr), flags);
    } else this.setXattr(name, xattr, flags);
    this.touch();
  }

  removexattr({ name, header }: RemovexattrRequest): void {
    checkXattrName(name);
    const isAcl = name === ACL_ACCESS || name === ACL_DEFAULT;
    if (!this.xattrs?.remove(name) && !isAcl) {
      throw new SyscallError("removexattr", ENODATA);
    }
    // The mode without the ACL is set as if by chmod(2).
    if (name === ACL_ACCESS && this.#isStranger(header)) this.mode &= ~S_ISGID;
    this.touch();
  }

  fsync(_request: FsyncRequest): void {
    this.volume.commit();
  }

  /** Sets an extended attribute without regard to its meaning. */
  setXattr(name: string, value: Uint8Array, flags = 0): void {
    this.xattrs ??= new Xattrs(this.volume);
    this.xattrs.set(name, value, flags);
  }

  /** The default ACL, which new files of this directory inherit. */
  get defaultAcl(): Acl | undefined {
    const bytes = this.xattrs?.get(ACL_DEFAULT);
    return bytes && Acl.parse(bytes);
  }

  /**
   * Clears the set-ID bits and file capabilities, which must not outlive a
   * change of content or owner. A set-group-ID bit on a file that its group may
   * not execute stays if the caller is root or of the file's group.
   *
   * @param request The request that makes the change. The kernel is told of the
   * new mode before the request is answered.
   */
  dropPrivileges(request: Request): void {
    this.dropCapability();
    if (this.isDirectory) return;
    const { mode } = this;
    const isStranger = mode & S_IXGRP || this.#isStranger(request.header);
    this.mode &= isStranger ? ~(S_ISUID | S_ISGID) : ~S_ISUID;
    if (this.mode !== mode) request.invalidateAttr();
  }

  /** Removes the file capabilities, as a change of content by anybody does. */
  dropCapability(): void {
    this.xattrs?.remove(CAPABILITY);
  }

  /** Updates the access time as the mount asks: see relatime in mount(8). */
  touchAccess(): void {
    const { atime, volume } = this;
    if (volume.atime === "none") return;
    const now = volume.now();
    const isDue = volume.atime === "strict" || !atime.isAfter(this.mtime) ||
      !atime.isAfter(this.ctime) || atime.isDayBefore(now);
    if (!isDue) return;
    this.atime = now;
    this.volume.change(this);
  }

  /** Updates the change time. */
  touch(): void {
    this.ctime = this.volume.now();
    this.volume.change(this);
  }

  /** Updates the modification time and the change time. */
  touchContent(): void {
    this.touch();
    this.mtime = this.ctime;
  }

  /** Increments the link count. */
  addLink(): void {
    // The first name of a file from O_TMPFILE is counted with its inode.
    if (this.nlink > 0) this.volume.takeInode();
    this.nlink++;
    this.touch();
  }

  /** Decrements the link count; an unused node without links is freed. */
  dropLink(): void {
    this.nlink--;
    if (this.nlink > 0) this.volume.giveInode();
    this.touch();
    this.releaseIfUnused();
  }

  /** Frees a node that never got a name. */
  discard(): void {
    this.nlink = 0;
    this.releaseIfUnused();
  }

  /** Records that the kernel is about to know the node. */
  remember(): this {
    this.#known = true;
    return this;
  }

  forget(): void {
    this.#known = false;
    this.releaseIfUnused();
  }

  /** Frees the space that the node takes. */
  protected free(): void {
    this.xattrs?.free();
  }

  /** Evicts the node if nobody uses it, or frees it if it has no name. */
  protected releaseIfUnused(): void {
    if (this.isUsed || this.#freed) return;
    if (this.nlink > 0) return this.volume.evict(this);
    this.#freed = true;
    this.volume.giveInode();
    this.free();
    this.volume.free(this);
  }

  /** Whether the caller is neither root nor known to be in the file's group. */
  #isStranger({ uid, gid }: Header): boolean {
    return uid !== 0 && gid !== this.gid;
  }

  #chmod(mode: number): void {
    this.mode = this.mode & S_IFMT | mode & MODE_BITS;
    const bytes = this.xattrs?.get(ACL_ACCESS);
    if (bytes === undefined) return;
    this.setXattr(ACL_ACCESS, Acl.parse(bytes).withMode(mode).format());
  }

  /** Sets the access ACL and the mode; a minimal ACL is stored as a mode. */
  #setAccessAcl(acl: Acl, flags: number): void {
    if (acl.isExtended) this.setXattr(ACL_ACCESS, acl.format(), flags);
    else this.xattrs?.remove(ACL_ACCESS);
    this.mode = withPermissions(this.mode, acl.mode);
  }

  #setDefaultAcl(acl: Acl, flags: number): void {
    if (!this.isDirectory) throw new SyscallError("setxattr", EACCES);
    this.setXattr(ACL_DEFAULT, acl.format(), flags);
  }
}
