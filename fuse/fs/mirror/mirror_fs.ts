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
 * A directory of this machine, shown as it is and changed as it is changed
 * here: names, metadata, content, links, special files, extended attributes,
 * access control lists, locks.
 *
 * Everything is done with this process's privileges, and what is made belongs
 * to the caller if this process is root. Permissions are the kernel's to check:
 * mount it with {@linkcode MirrorFS.mountOptions}, or everybody who is let in
 * has this process's access.
 *
 * Each open file takes a descriptor of this process, within RLIMIT_NOFILE. A
 * user other than root and this process's gets no more than are left: EMFILE.
 *
 * A mirror must not see itself, nor two mirrors each other: looking into what
 * waits for one's own answer never ends. `exclude` hides the mount point, not
 * what is bound to it elsewhere.
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

  /** The source decides: some file systems have names of 255 characters. */
  readonly nameMax: number = Infinity;
  readonly #source: string;
  readonly #options: MirrorOptions;
  #tree: MirrorTree | undefined;

  /**
   * Makes the mirror of a directory, which is opened when it is mounted.
   *
   * @param source The directory.
   * @param options What to leave out.
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
   * How to mount it: the kernel checks permissions and access control lists,
   * and leaves to the source what that does better. A kernel that lacks one of
   * the features does that part itself. It trusts names and attributes for one
   * second, since others may change the source: `entryValidMs` and
   * `attrValidMs` say otherwise. Add `readOnly` to change nothing.
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
      // No Worker knows the locks that another one holds.
      lockingPosix: this.#options.shared === undefined,
      lockingFlock: this.#options.shared === undefined,
    };
  }

  /**
   * Makes what several Workers share to serve one mirror.
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

  /** Whether several Workers may serve it: those that share memory. */
  get sharesIds(): boolean {
    return this.#options.shared !== undefined;
  }

  /** Whether a node has its id for good: for handles that last. */
  get keepsIds(): boolean {
    return !this.sharesIds && this.#options.exports === true;
  }

  /** Returns the id of a node, where several Workers serve, or ids last. */
  idOf(node: Node): number {
    return (node as MirrorNode).pinId;
  }

  /** Returns the node with an id, where several Workers serve, or ids last. */
  nodeById(id: number): Node | undefined {
    const pins = this.#tree?.pins;
    return pins === undefined ? this.#tree?.byId(id) : pins.byId(id);
  }

  /** Returns what tells a node from one that has its id at another time. */
  generationOf(node: Node): number | undefined {
    return this.#tree?.generationOf(node as MirrorNode);
  }

  /** Returns the directory that a directory is in, if that is in the source. */
  parentOf(directory: Node): Node | undefined {
    return this.#tree?.parentOf(directory as MirrorNode);
  }

  /** Takes back lookups of a node, where several Workers serve. */
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
   * it lies in what this thread serves; EBUSY while this object is mounted.
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

  /** Sees whether to note accesses. */
  mounted(mount: MountInfo): void {
    if (atimeMode(mount) === "none") this.#tree!.quiet = O_NOATIME;
  }

  /** Fills in the figures of the file system that the source lies on. */
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

  /** Has the file system that the source lies on store everything. */
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
