import { AT_EACCESS, AT_SYMLINK_NOFOLLOW } from "../../ffi/abi_linux.ts";
import {
  O_CLOEXEC,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_RDONLY,
} from "../../posix/constants_fcntl.ts";
import { cString, decodeBytes } from "../../ffi/c_string.ts";
import { errno, libc, linuxLibc } from "../../ffi/libc.ts";
import { SyscallError } from "../../ffi/syscall_error.ts";
import { ENODATA, ENOENT, ESTALE } from "../../posix/constants_errno.ts";
import type { Attr } from "../attr.ts";
import { FOPEN_DIRECT_IO } from "../constants.ts";
import type { OpenRequest, OpenResponse } from "../handle_requests.ts";
import type {
  AccessRequest,
  LookupRequest,
  LookupResponse,
} from "../node_requests.ts";
import type { GetxattrRequest } from "../xattr_requests.ts";
import { MirrorDirectory, MirrorFile } from "./_mirror_handles.ts";
import type { MirrorTree } from "./_mirror_tree.ts";
import type { FileKey } from "./_stat.ts";
import type { Handle, Node } from "./node.ts";

const PATH_MAX = 4096;
/** linux/limits.h: XATTR_SIZE_MAX and XATTR_LIST_MAX. */
const XATTR_MAX = 65536;
/** What system calls write into; copied out before the next one. */
const SCRATCH = new Uint8Array(new ArrayBuffer(XATTR_MAX));

/**
 * A file of the source. It is found by its name in its directory each time,
 * and refused with ESTALE if another file has that name now: the kernel then
 * looks the name up again.
 */
export class MirrorNode implements Node {
  readonly #tree: MirrorTree;
  /** What the file is, whatever its names. */
  readonly key: FileKey;
  /** The directory it was last seen in; the root has none. */
  parent: MirrorNode | undefined;
  /** The name it was last seen under, ended by a NUL; `.` for the root. */
  cName: Uint8Array<ArrayBuffer>;

  /** Makes the node of a file. */
  constructor(
    tree: MirrorTree,
    key: FileKey,
    parent: MirrorNode | undefined,
    cName: Uint8Array<ArrayBuffer>,
  ) {
    this.#tree = tree;
    this.key = key;
    this.parent = parent;
    this.cName = cName;
  }

  attr(attr: Attr): void {
    this.#find();
    this.#tree.stat.copyTo(attr);
  }

  lookup(
    name: string,
    _request: LookupRequest,
    response: LookupResponse,
  ): MirrorNode | undefined {
    const cName = cString(name);
    const { stat, directories } = this.#tree;
    if (this.#tree.isHidden(this, name)) return undefined;
    if (!stat.fstatat(directories.fd(this), cName)) {
      const error = errno();
      if (error === ENOENT) return undefined;
      throw new SyscallError("fstatat", error, { path: name });
    }
    stat.copyTo(response.attr);
    return this.#tree.node(this, cName);
  }

  readlink(): string {
    const fd = this.#directoryFd();
    const size = BigInt(PATH_MAX);
    const length = libc().readlinkat(fd, this.cName, SCRATCH, size);
    if (length < 0) throw new SyscallError("readlinkat", errno());
    return decodeBytes(SCRATCH.subarray(0, length));
  }

  open({ dir }: OpenRequest, response: OpenResponse): Handle {
    // O_NONBLOCK: a named pipe that took the file's place must not hang us.
    const flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC |
      (dir ? O_DIRECTORY : O_NONBLOCK);
    const fd = libc().openat(this.#directoryFd(), this.cName, flags, 0);
    if (fd < 0) throw new SyscallError("openat", errno());
    if (!this.#isAt(fd)) {
      libc().close(fd);
      throw new SyscallError("openat", ESTALE);
    }
    if (dir) return new MirrorDirectory(this.#tree, this, fd);
    // The size of such a file, in /proc say, is not known until it is read.
    if (this.#tree.stat.isEmpty) response.flags |= FOPEN_DIRECT_IO;
    return new MirrorFile(this.#tree.stat, fd);
  }

  access({ mask }: AccessRequest): void {
    const flags = AT_SYMLINK_NOFOLLOW | AT_EACCESS;
    const fd = this.#directoryFd();
    if (linuxLibc().faccessat(fd, this.cName, mask, flags) < 0) {
      throw new SyscallError("faccessat", errno());
    }
  }

  getxattr({ name }: GetxattrRequest): Uint8Array | undefined {
    const length = linuxLibc().lgetxattr(
      this.#procPath(),
      cString(name),
      SCRATCH,
      BigInt(XATTR_MAX),
    );
    if (length >= 0) return SCRATCH.slice(0, length);
    const error = errno();
    if (error === ENODATA) return undefined;
    throw new SyscallError("lgetxattr", error);
  }

  listxattr(): string[] {
    const size = BigInt(XATTR_MAX);
    const length = linuxLibc().llistxattr(this.#procPath(), SCRATCH, size);
    if (length < 0) throw new SyscallError("llistxattr", errno());
    const names = decodeBytes(SCRATCH.subarray(0, length));
    return names.split("\0").slice(0, -1);
  }

  forget(): void {
    this.#tree.forget(this);
  }

  /** Finds the file and leaves its metadata in the tree's `stat`. */
  #find(): void {
    const { stat, device } = this.#tree;
    const fd = this.#directoryFd();
    const found = this.parent === undefined
      ? stat.fstat(fd)
      : stat.fstatat(fd, this.cName);
    if (!found) throw new SyscallError("fstatat", errno());
    if (stat.key(device) !== this.key) {
      throw new SyscallError("fstatat", ESTALE);
    }
  }

  /** Whether a descriptor is of this file; leaves its metadata in `stat`. */
  #isAt(fd: number): boolean {
    const { stat, device } = this.#tree;
    return stat.fstat(fd) && stat.key(device) === this.key;
  }

  /** A descriptor of the directory the file is in; of the root for the root. */
  #directoryFd(): number {
    return this.#tree.directories.fd(this.parent ?? this);
  }

  /** A path that leads nowhere else: lgetxattr(2) takes no descriptor. */
  #procPath(): Uint8Array<ArrayBuffer> {
    const name = decodeBytes(this.cName.subarray(0, -1));
    return cString(`/proc/self/fd/${this.#directoryFd()}/${name}`);
  }
}
