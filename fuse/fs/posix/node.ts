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

/** What SETATTR can change. */
const CHANGES = fuse.FATTR_MODE | fuse.FATTR_UID | fuse.FATTR_GID |
  fuse.FATTR_SIZE | fuse.FATTR_ATIME | fuse.FATTR_MTIME | fuse.FATTR_CTIME;

/** Whose a node is, and what may be done with it. */
export interface Ownership {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** The number of a node that there is already, and that is counted. */
  readonly inode?: number;
}

/** Anything with a name in the file system, and what all of them have. */
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
  /** Whether the kernel knows the node: it says so when it forgets it. */
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

  /** Pages of memory that the content has. */
  get pages(): number {
    return 0;
  }

  get rdev(): number {
    return 0;
  }

  /** How many times it is open. */
  get opens(): number {
    return 0;
  }

  /** Whether the kernel knows it, or it is open. */
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
    // The kernel asks to clear set-ID bits that way, and checks nothing first:
    // chown(2) with nothing to change is for the owner and root.
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

  /** Makes the content longer or shorter. */
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
    // The mode that is left is set as if by chmod(2).
    if (name === ACL_ACCESS && this.#isStranger(header)) this.mode &= ~S_ISGID;
    this.touch();
  }

  fsync(_request: FsyncRequest): void {
    this.volume.commit();
  }

  /** Sets an attribute, whatever it means. */
  setXattr(name: string, value: Uint8Array, flags = 0): void {
    this.xattrs ??= new Xattrs(this.volume);
    this.xattrs.set(name, value, flags);
  }

  /** The list that new files of this directory begin with. */
  get defaultAcl(): Acl | undefined {
    const bytes = this.xattrs?.get(ACL_DEFAULT);
    return bytes && Acl.parse(bytes);
  }

  /**
   * Clears what must not outlive a change of content or owner. A set-group-ID
   * bit on a file that no group may execute stays for those of its group, and
   * for root, of whom alone the kernel has not said that they may not.
   *
   * @param request Who makes the change: the kernel hears of the new mode before
   * they do.
   */
  dropPrivileges(request: Request): void {
    this.dropCapability();
    if (this.isDirectory) return;
    const { mode } = this;
    const isStranger = mode & S_IXGRP || this.#isStranger(request.header);
    this.mode &= isStranger ? ~(S_ISUID | S_ISGID) : ~S_ISUID;
    if (this.mode !== mode) request.invalidateAttr();
  }

  /** Clears what no change of content leaves, whoever makes it. */
  dropCapability(): void {
    this.xattrs?.remove(CAPABILITY);
  }

  /** Notes that it was read, if its mount does: see mount(8), relatime. */
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

  /** Notes that what is known of it has changed. */
  touch(): void {
    this.ctime = this.volume.now();
    this.volume.change(this);
  }

  /** Notes that the content has changed. */
  touchContent(): void {
    this.touch();
    this.mtime = this.ctime;
  }

  /** Adds a name. */
  addLink(): void {
    // The first name of a file that was made without is counted with it.
    if (this.nlink > 0) this.volume.takeInode();
    this.nlink++;
    this.touch();
  }

  /** Takes a name away; without any, the node goes when nobody uses it. */
  dropLink(): void {
    this.nlink--;
    if (this.nlink > 0) this.volume.giveInode();
    this.touch();
    this.settle();
  }

  /** Frees what never got a name. */
  discard(): void {
    this.nlink = 0;
    this.settle();
  }

  /** Notes that the kernel is about to know it. */
  remember(): this {
    this.#known = true;
    return this;
  }

  forget(): void {
    this.#known = false;
    this.settle();
  }

  /** Frees what it holds. */
  protected free(): void {
    this.xattrs?.free();
  }

  /** Lets go of it once nobody uses it; without a name, it is no more. */
  protected settle(): void {
    if (this.isUsed || this.#freed) return;
    if (this.nlink > 0) return this.volume.evict(this);
    this.#freed = true;
    this.volume.giveInode();
    this.free();
    this.volume.free(this);
  }

  /** Whether a user is not of the file's group, as far as the kernel tells. */
  #isStranger({ uid, gid }: Header): boolean {
    return uid !== 0 && gid !== this.gid;
  }

  #chmod(mode: number): void {
    this.mode = this.mode & S_IFMT | mode & MODE_BITS;
    const bytes = this.xattrs?.get(ACL_ACCESS);
    if (bytes === undefined) return;
    this.setXattr(ACL_ACCESS, Acl.parse(bytes).withMode(mode).format());
  }

  /** Sets the list, and the mode to what it says; alone, if that is all. */
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
