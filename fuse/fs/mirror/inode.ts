import {
  AT_EACCESS,
  AT_FDCWD,
  cString,
  decodeBytes,
  errno,
  libc,
  linuxLibc,
} from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import type {
  AccessRequest,
  Attr,
  GetattrRequest,
  GetattrResponse,
  GetxattrRequest,
  ListxattrRequest,
  ReadlinkRequest,
  RemovexattrRequest,
  RequestBase as Request,
  SetattrRequest,
  SetxattrRequest,
  StatxRequest,
  StatxResponse,
} from "../../message/mod.ts";
import type { Node } from "../node.ts";
import { MirrorEntry, type MirrorSource } from "./entry.ts";
import { MirrorLocks } from "./locks.ts";
import { procPath } from "./scratch_name.ts";
import { setattrOf } from "./setattr.ts";
import type { FileId } from "./stat.ts";
import * as xattrs from "./xattrs.ts";

const PATH_MAX = 4096;
const TARGET = new Uint8Array(new ArrayBuffer(PATH_MAX));
/** The empty name, which stands for the file of a descriptor itself. */
const SELF = cString("");

/** A file of the source: metadata and locks, independent of its names. */
export class MirrorInode extends MirrorEntry implements Node {
  /** The id in every Worker, if several serve, or in lasting file handles. */
  readonly pinId: number;
  #locks: MirrorLocks | undefined;

  /** Makes the inode of a file. */
  constructor(
    tree: MirrorSource,
    id: FileId,
    ownFd?: number,
    pinId: number = 0,
  ) {
    super(tree, id, ownFd);
    this.pinId = pinId;
  }

  /** The locks of fcntl(2) on the file. */
  get locks(): MirrorLocks {
    return this.#locks ??= new MirrorLocks(this.tree.shares);
  }

  /** Drops all locks of an owner. */
  dropLocks(owner: bigint): void {
    this.#locks?.drop(owner);
  }

  attr(attr: Attr, request?: Request): void {
    this.refresh(request);
    this.tree.stat.copyTo(attr);
  }

  getattr(request: GetattrRequest, { attr }: GetattrResponse): void {
    this.attr(attr, request);
  }

  statx(request: StatxRequest, response: StatxResponse): void {
    this.attr(response.attr, request);
    response.btimeNs = this.tree.stat.btimeNs;
  }

  setattr(request: SetattrRequest, { attr }: GetattrResponse): void {
    const { stat } = this.tree;
    this.withFd(request, (fd) => {
      setattrOf(fd, request, stat, false);
      if (!stat.of(fd)) throw new SyscallError("statx", errno());
      stat.copyTo(attr);
    });
  }

  readlink(request: ReadlinkRequest): string {
    return this.withFd(request, readTarget);
  }

  access(request: AccessRequest): void {
    const { mask } = request;
    const { faccessat } = linuxLibc();
    this.withFd(request, (fd) => {
      if (faccessat(AT_FDCWD, procPath(fd), mask, AT_EACCESS) === 0) return;
      throw new SyscallError("faccessat", errno());
    });
  }

  getxattr(request: GetxattrRequest): Uint8Array | undefined {
    const { name } = request;
    return this.withFd(request, (fd) => xattrs.get(fd, name));
  }

  listxattr(request: ListxattrRequest): string[] {
    return this.withFd(request, xattrs.list);
  }

  setxattr(request: SetxattrRequest): void {
    this.withFd(request, (fd) => xattrs.set(fd, request, this.tree.stat));
  }

  removexattr(request: RemovexattrRequest): void {
    this.withFd(request, (fd) => xattrs.remove(fd, request.name));
  }
}

/** Returns the target of a symbolic link. */
function readTarget(fd: number): string {
  const size = BigInt(PATH_MAX);
  const length = libc().readlinkat(fd, SELF, TARGET, size);
  if (length < 0) throw new SyscallError("readlinkat", errno());
  return decodeBytes(TARGET.subarray(0, length));
}
