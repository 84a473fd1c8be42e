import {
  checkOptions,
  libc,
  linuxLibc,
  showState,
} from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { EBUSY } from "../../../posix/mod.ts";
import type { MountInfo } from "../../conn/mod.ts";
import type { StatfsRequest, StatfsResponse } from "../../message/mod.ts";
import { atimeMode } from "../../mount/internal.ts";
import type { MountOptions } from "../../mount/mod.ts";
import type { FS, Node } from "../node.ts";
import {
  fillStatfs,
  limitsOf,
  mountOptionsFor,
  PosixDirectory,
  type PosixVolume,
  rootOwnership,
} from "../posix/internal.ts";
import { LastingIds } from "../posix/mod.ts";
import type { ServeOptions } from "../server/mod.ts";
import { MemVolume } from "./volume.ts";

const DEFAULT_INODES = 2 ** 20;
/** unistd.h: sysconf(3)'s number for the pages of memory there are. */
const SC_PHYS_PAGES = 85;

/** How large a {@linkcode MemFS} may grow, and whose its root is. */
export interface MemFSOptions {
  /**
   * The most bytes that files, long targets of symbolic links and extended
   * attributes may take, in pages of 4096; more is ENOSPC.
   * Default: half of the machine's memory.
   */
  size?: number;
  /**
   * The most files, directories and so on, each further name of a file counted
   * as one. Default: 2^20.
   */
  inodes?: number;
  /** The most names of one file; more is EMLINK. Default: 2^31 - 1. */
  links?: number;
  /** The permissions of the root. Default: `0o755`. */
  mode?: number;
  /** The owner of the root. Default: this process's. */
  uid?: number;
  /** The group of the root. Default: this process's. */
  gid?: number;
  /**
   * Answer locks here, with `lockingPosix` and `lockingFlock`, instead of
   * leaving them to the kernel, which does the same faster. Default: false.
   */
  locks?: boolean;
}

/**
 * A complete file system in this process's memory: what tmpfs is to the
 * kernel.
 *
 * It has hard and symbolic links, pipes, sockets and device nodes, extended
 * attributes and access control lists, sparse files, fallocate(2) with holes,
 * all kinds of renameat2(2), files without a name, and quotas. It keeps its
 * content when it is unmounted, for the next mount, and loses it with the
 * process.
 *
 * Permissions are the kernel's to check: mount it with
 * {@linkcode MemFS.mountOptions}, or everybody may do everything.
 *
 * @example Usage
 * ```ts ignore
 * import { MemFS, mountFS } from "@hostkit/hostkit/fuse/fs";
 *
 * const fs = new MemFS({ size: 64 << 20 });
 * await using session = await mountFS("/mnt/memory", fs, fs.mountOptions);
 * await session.closed;
 * ```
 */
export class MemFS extends LastingIds implements FS {
  static {
    showState(this, (fs) => ({ isMounted: fs.#isMounted }));
  }

  readonly #volume: MemVolume;
  readonly #root: PosixDirectory;
  #isMounted = false;

  /**
   * Makes an empty file system.
   *
   * @param options Its limits, and its root.
   * @throws {RangeError} If a limit is no whole number.
   */
  constructor(options: MemFSOptions = {}) {
    super();
    const { size = defaultSize(), inodes = DEFAULT_INODES, links } =
      checkOptions("options", options);
    const { locks = false } = options;
    this.#volume = new MemVolume(limitsOf({ size, inodes, links }), locks);
    this.#root = new PosixDirectory(this.#volume, rootOwnership(options));
  }

  /** @internal */
  protected override get _volume(): PosixVolume {
    return this.#volume;
  }

  /**
   * How to mount it: the kernel checks permissions and access control lists,
   * leaves to the file system what that can do better, and keeps what it
   * knows, since nobody else changes it. A kernel that lacks one of the
   * features does that part itself.
   */
  get mountOptions(): MountOptions & ServeOptions {
    return mountOptionsFor(this.#volume.locks);
  }

  /**
   * Returns the root directory.
   *
   * @throws {SyscallError} EBUSY while it is mounted: two mounts would not see
   * each other's changes.
   */
  root(): Node {
    if (this.#isMounted) {
      throw new SyscallError("mount", EBUSY, {
        hint: "this MemFS is mounted: make another",
      });
    }
    this.#isMounted = true;
    return this.#root;
  }

  /** Sees whether to note accesses. */
  mounted(mount: MountInfo): void {
    this.#volume.atime = atimeMode(mount);
  }

  /** Fills in the limits, and what is left of them. */
  statfs(_request: StatfsRequest, response: StatfsResponse): void {
    fillStatfs(this.#volume, response);
  }

  /** Allows another mount; the content stays. */
  destroy(): void {
    this.#isMounted = false;
  }
}

function defaultSize(): number {
  const pages = Number(linuxLibc().sysconf(SC_PHYS_PAGES));
  return Math.floor(pages / 2) * libc().getpagesize();
}
