import { AT_EACCESS, AT_SYMLINK_NOFOLLOW } from "../../ffi/abi_linux.ts";
import { cString, decodeBytes } from "../../ffi/c_string.ts";
import { errno, libc, linuxLibc } from "../../ffi/libc.ts";
import { SyscallError } from "../../ffi/syscall_error.ts";
import {
  ELOOP,
  ENODATA,
  ENOENT,
  ENOTDIR,
  ESTALE,
} from "../../posix/constants_errno.ts";
import {
  O_CLOEXEC,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_RDONLY,
} from "../../posix/constants_fcntl.ts";
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
import type { FileId } from "./_stat.ts";
import type { Handle, Node } from "./node.ts";

const PATH_MAX = 4096;
/** linux/limits.h: XATTR_SIZE_MAX and XATTR_LIST_MAX. */
const XATTR_MAX = 65536;
/** What system calls write into; copied out before the next one. */
const SCRATCH = new Uint8Array(new ArrayBuffer(XATTR_MAX));

type CName = Uint8Array<ArrayBuffer>;

/** Where a file was seen. */
interface Place {
  readonly parent: MirrorNode;
  /** Its name there, ended by a NUL. */
  readonly cName: CName;
}

/**
 * Returns `undefined` for an error that says that a file is not at its place
 * any more.
 *
 * @throws {SyscallError} For every other.
 */
export function isLost(error: number, syscall: string): undefined {
  if (error === ENOENT || error === ENOTDIR || error === ELOOP) return;
  throw new SyscallError(syscall, error);
}

/**
 * A file of the source. It is found by a name in a directory each time: by one
 * of several, if it has hard links. If another file has them all now, the
 * answer is ESTALE, and the kernel looks the name up again.
 */
export class MirrorNode implements Node {
  readonly #tree: MirrorTree;
  /** What the file is, whatever its names. */
  readonly id: FileId;
  /** A descriptor of the root; no other node has one. */
  readonly rootFd: number | undefined;
  /** Where it was seen, the latest first. */
  readonly #places: Place[] = [];
  /** Descriptors of it: what it is, and names in it, outlive its own name. */
  readonly #openFds = new Set<number>();
  #wasStale = false;

  /** Makes the node of a file. */
  constructor(tree: MirrorTree, id: FileId, rootFd?: number) {
    this.#tree = tree;
    this.id = id;
    this.rootFd = rootFd;
  }

  /** A descriptor of the file, if it is open. */
  get openFd(): number | undefined {
    if (this.#openFds.size === 0) return this.rootFd;
    const [fd] = this.#openFds;
    return fd;
  }

  attr(attr: Attr): void {
    const { stat } = this.#tree;
    const fd = this.openFd;
    if (fd === undefined) this.#find((at, cName) => this.#isAt(at, cName));
    else if (!stat.of(fd)) throw new SyscallError("statx", errno());
    stat.copyTo(attr);
  }

  lookup(
    name: string,
    _request: LookupRequest,
    { attr }: LookupResponse,
  ): MirrorNode | undefined {
    const { stat, directories } = this.#tree;
    const cName = cString(name);
    const fd = directories.fd(this);
    if (fd === undefined) throw this.#gone();
    if (this.#tree.isHidden(this, name)) return undefined;
    if (!stat.at(fd, cName)) {
      const error = errno();
      if (error === ENOENT) return undefined;
      throw new SyscallError("statx", error, { path: name });
    }
    stat.copyTo(attr);
    const node = this.#tree.node();
    node.sawAt(this, cName);
    return node;
  }

  readlink(): string {
    return this.#find((fd, cName) => {
      if (!this.#isAt(fd, cName)) return undefined;
      const size = BigInt(PATH_MAX);
      const length = libc().readlinkat(fd, cName, SCRATCH, size);
      if (length < 0) return isLost(errno(), "readlinkat");
      return decodeBytes(SCRATCH.subarray(0, length));
    });
  }

  open({ dir }: OpenRequest, response: OpenResponse): Handle {
    const { stat } = this.#tree;
    // O_NONBLOCK: a named pipe that took the file's place must not hang us.
    const flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC |
      (dir ? O_DIRECTORY : O_NONBLOCK);
    const fd = this.#find((dirFd, cName) => {
      const fd = libc().openat(dirFd, cName, flags, 0);
      if (fd < 0) return isLost(errno(), "openat");
      if (stat.of(fd) && stat.is(this.id)) return fd;
      libc().close(fd);
      return undefined;
    });
    if (dir) return new MirrorDirectory(this.#tree, this, this.#openFds, fd);
    // The size of such a file, in /proc say, is not known until it is read.
    if (stat.isEmpty) response.flags |= FOPEN_DIRECT_IO;
    return new MirrorFile(this.#openFds, fd);
  }

  access({ mask }: AccessRequest): void {
    const flags = AT_SYMLINK_NOFOLLOW | AT_EACCESS;
    this.#find((fd, cName) => {
      if (!this.#isAt(fd, cName)) return undefined;
      if (linuxLibc().faccessat(fd, cName, mask, flags) === 0) return true;
      return isLost(errno(), "faccessat");
    });
  }

  getxattr({ name }: GetxattrRequest): Uint8Array | undefined {
    const path = this.#procPath();
    const size = BigInt(XATTR_MAX);
    const length = linuxLibc().lgetxattr(path, cString(name), SCRATCH, size);
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

  /** Notes where the file was seen. */
  sawAt(parent: MirrorNode, cName: CName): void {
    const known = this.#places.findIndex((place) =>
      place.parent === parent && isEqual(place.cName, cName)
    );
    if (known === 0) return;
    this.#wasStale = false;
    if (known > 0) this.#places.splice(known, 1);
    this.#places.unshift({ parent, cName });
  }

  /**
   * Does something at the places where the file was seen, until one of them
   * gives a result; those that give `undefined` are done with.
   */
  find<T>(
    use: (dirFd: number, cName: CName) => T | undefined,
    depth = 0,
  ): T | undefined {
    for (;;) {
      const place = this.#places[0];
      if (place === undefined) return undefined;
      const fd = this.#tree.directories.fd(place.parent, depth);
      const result = fd === undefined ? undefined : use(fd, place.cName);
      if (result !== undefined) return result;
      this.#places.shift();
    }
  }

  #find<T>(use: (dirFd: number, cName: CName) => T | undefined): T {
    const result = this.find(use);
    if (result === undefined) throw this.#gone();
    return result;
  }

  /**
   * The error for a file that is nowhere. ESTALE makes the kernel look the
   * whole path up again; if it still asks for this file, it got there by a
   * descriptor, and the file is gone.
   */
  #gone(): SyscallError {
    const error = this.#wasStale ? ENOENT : ESTALE;
    this.#wasStale = true;
    return new SyscallError("openat", error);
  }

  /** Whether the file has a name; if so, leaves its metadata in `stat`. */
  #isAt(dirFd: number, cName: CName): true | undefined {
    const { stat } = this.#tree;
    if (!stat.at(dirFd, cName)) return isLost(errno(), "statx");
    return stat.is(this.id) || undefined;
  }

  /** A path that leads nowhere else: lgetxattr(2) takes no descriptor. */
  #procPath(): CName {
    return this.#find((fd, cName) => {
      if (!this.#isAt(fd, cName)) return undefined;
      const name = decodeBytes(cName.subarray(0, -1));
      return cString(`/proc/self/fd/${fd}/${name}`);
    });
  }
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
