import {
  asyncErrno,
  checkCount,
  checkInstance,
  checkOptions,
  checkText,
  cString,
  errno,
  libc,
  linuxLibc,
  showState,
  STATFS,
} from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import {
  EBUSY,
  O_CLOEXEC,
  O_DIRECTORY,
  O_NOATIME,
  O_RDONLY,
} from "../../../posix/mod.ts";
import { getNumber64 } from "../../abi/internal.ts";
import type { MountInfo } from "../../conn/mod.ts";
import type { StatfsRequest, StatfsResponse } from "../../message/mod.ts";
import { atimeMode, refuseServed } from "../../mount/internal.ts";
import type { MountOptions } from "../../mount/mod.ts";
import type { FS, Handle, Node } from "../node.ts";
import type { ServeOptions } from "../server/mod.ts";
import { CHANGING_SOURCE } from "../source/internal.ts";
import type { MirrorNode } from "./node.ts";
import type { MirrorOptions } from "./options.ts";
import { pinTable } from "./pin_table.ts";
import { MirrorTree } from "./tree.ts";

const HERE = cString(".");

/**
 * A mirror of a directory of this machine. It shows, and passes changes on to,
 * names, metadata, content, links, special files, extended attributes, access
 * control lists and locks.
 *
 * All system calls are made with this process's privileges, and new files
 * belong to the caller if this process is root. The kernel must check
 * permissions: mount the mirror with {@linkcode MirrorFS.mountOptions}, or
 * every user who may enter the mount has this process's access.
 *
 * Each open file takes a file descriptor of this process, within RLIMIT_NOFILE.
 * A user other than root and this process's may not take more descriptors than
 * are left; beyond, the error is EMFILE.
 *
 * A mirror must not contain its own mount point, nor two mirrors each other's:
 * a request that waits for its own answer never ends. `exclude` hides the mount
 * point, but no bind mount of it elsewhere.
 *
 * @example Usage
 * ```ts ignore
 * import { MirrorFS, mountFS } from "@hostkit/hostkit/fuse/fs";
 *
 * const fs = new MirrorFS("/usr/share");
 * await using session = await mountFS("/mnt/share", fs, fs.mountOptions);
 * await session.closed;
 * ```
 */
export class MirrorFS implements FS {
  static {
    showState(this, (fs) => ({ source: fs.#source, options: fs.#options }));
  }

  /** No limit: some file systems allow 255 characters, not bytes. */
  readonly nameMax: number = Infinity;
  readonly #source: string;
  readonly #options: MirrorOptions;
  #tree: MirrorTree | undefined;

  /**
   * Makes the mirror of a directory, which is opened when the mirror is
   * mounted.
   *
   * @param source The directory.
   * @param options The options of the mirror.
   */
  constructor(source: string, options: MirrorOptions = {}) {
    this.#source = checkText("source", source);
    const { exclude, shared } = checkOptions("options", options);
    if (exclude !== undefined) checkText("exclude", exclude);
    if (shared !== undefined) {
      checkInstance("shared", shared, SharedArrayBuffer);
    }
    this.#options = options;
  }

  /**
   * The options to mount it with: the kernel checks permissions and access
   * control lists, and leaves to the source what the source does better. A
   * kernel that lacks one of these features does that part itself. The kernel
   * trusts names and attributes for one second, since other programs may change
   * the source: override `entryValidMs` and `attrValidMs` to change that. Add
   * `readOnly` to forbid changes.
   */
  get mountOptions(): MountOptions & ServeOptions {
    return {
      ...CHANGING_SOURCE,
      defaultPermissions: true,
      posixAcl: !this.noXattr,
      dontMask: true,
      setxattrExt: true,
      handleKillPrivV2: true,
      createSuppGroup: true,
      atomicOTrunc: true,
      directIoAllowMmap: true,
      exportSupport: this.keepsIds,
      // No Worker knows the locks that another Worker holds.
      lockingPosix: this.#options.shared === undefined,
      lockingFlock: this.#options.shared === undefined,
    };
  }

  /**
   * Makes the memory that several Workers share to serve one mirror.
   *
   * @param files How many files the kernel may know at a time, at most
   * 4,194,304; beyond, lookups fail with ENFILE. Each takes 52 bytes and, while
   * it is known, a file descriptor: lookups fail with EMFILE for a user who has
   * more of them than the process has left (RLIMIT_NOFILE). Default: 131,072.
   *
   * @example Usage
   * ```ts ignore
   * import { MirrorFS, mountModule } from "@hostkit/hostkit/fuse/fs";
   *
   * // mirror.ts: export default (data) => new MirrorFS("/usr/share", data);
   * const module = import.meta.resolve("./mirror.ts");
   * const data = { shared: MirrorFS.share() };
   * const { mountOptions } = new MirrorFS("/usr/share", data);
   * await using session = await mountModule("/mnt/share", module, {
   *   ...mountOptions,
   *   workers: 2,
   *   data,
   * });
   * await session.closed;
   * ```
   */
  static share(files: number = 1 << 17): SharedArrayBuffer {
    return pinTable(checkCount("files", files));
  }

  /** Whether there are no extended attributes. */
  get noXattr(): boolean {
    return this.#options.xattrs === false;
  }

  /** Whether several Workers, which share memory, may serve the mirror. */
  get sharesIds(): boolean {
    return this.#options.shared !== undefined;
  }

  /** Whether a node keeps its id, so that file handles stay valid. */
  get keepsIds(): boolean {
    return !this.sharesIds && this.#options.exports === true;
  }

  /** Returns the id of a node, if several Workers serve or ids are kept. */
  idOf(node: Node): number {
    return (node as MirrorNode).pinId;
  }

  /** Returns the node with an id, if several Workers serve or ids are kept. */
  nodeById(id: number): Node | undefined {
    const pins = this.#tree?.pins;
    return pins === undefined ? this.#tree?.byId(id) : pins.byId(id);
  }

  /** Returns the generation, which differs between nodes with the same id. */
  generationOf(node: Node): number | undefined {
    return this.#tree?.generationOf(node as MirrorNode);
  }

  /** Returns a directory's parent directory, if it is in the source. */
  parentOf(directory: Node): Node | undefined {
    return this.#tree?.parentOf(directory as MirrorNode);
  }

  /** Subtracts `n` from a node's lookup count, if several Workers serve. */
  forgetId(id: number, n: number): void {
    this.#tree?.pins?.forget(id, n);
  }

  /** Returns the open file or directory with an id. */
  handleById(id: number, node: Node): Handle | undefined {
    return this.#tree?.pins?.handle(id, node as MirrorNode);
  }

  /**
   * Opens the source.
   *
   * @throws {SyscallError} ENOENT, ENOTDIR, EACCES for the source; EDEADLK if
   * it lies in a mount that this thread serves; EBUSY while this object is
   * mounted.
   */
  root(): Node {
    if (this.#tree !== undefined) {
      throw new SyscallError("openat", EBUSY, {
        path: this.#source,
        hint: "this MirrorFS is mounted: make another",
      });
    }
    refuseServed("openat", this.#source);
    this.#tree = new MirrorTree(this.#source, this.#options, this.keepsIds);
    return this.#tree.root;
  }

  /** Opens files with O_NOATIME if the mount records no access times. */
  mounted(mount: MountInfo): void {
    if (atimeMode(mount) === "none") this.#tree!.quiet = O_NOATIME;
  }

  /** Fills in size and free space of the source's file system. */
  statfs(_request: StatfsRequest, response: StatfsResponse): void {
    const { offset, size } = STATFS;
    const bytes = new Uint8Array(new ArrayBuffer(size));
    if (linuxLibc().fstatfs(this.#tree!.rootFd, bytes) < 0) {
      throw new SyscallError("fstatfs", errno());
    }
    const view = new DataView(bytes.buffer);
    response.blocks = getNumber64(view, offset.f_blocks);
    response.bfree = getNumber64(view, offset.f_bfree);
    response.bavail = getNumber64(view, offset.f_bavail);
    response.files = getNumber64(view, offset.f_files);
    response.ffree = getNumber64(view, offset.f_ffree);
    response.bsize = getNumber64(view, offset.f_bsize);
    response.namelen = getNumber64(view, offset.f_namelen);
    response.frsize = getNumber64(view, offset.f_frsize);
  }

  /** Writes the source's file system to disk (syncfs(2)). */
  async syncfs(): Promise<void> {
    const flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    const fd = libc().openat(this.#tree!.rootFd, HERE, flags, 0);
    if (fd < 0) throw new SyscallError("openat", errno());
    try {
      const result = await linuxLibc().syncfsAsync(fd);
      if (result < 0) throw new SyscallError("syncfs", asyncErrno(result));
    } finally {
      libc().close(fd);
    }
  }

  /** Closes the source. */
  destroy(): void {
    this.#tree?.close();
    this.#tree = undefined;
  }
}
