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
/** `_SC_PHYS_PAGES` of unistd.h: the pages of physical memory. */
const SC_PHYS_PAGES = 85;

/** The limits of a {@linkcode MemFS}, and the owner and mode of its root. */
export interface MemFSOptions {
  /**
   * The limit in bytes for files, long targets of symbolic links and extended
   * attributes, counted in pages of 4096 bytes. Beyond it is ENOSPC.
   * Default: half of the machine's memory.
   */
  size?: number;
  /**
   * The limit for inodes, where each further name of a file counts as one.
   * Default: 2^20.
   */
  inodes?: number;
  /** The limit for the links of one file (EMLINK). Default: 2^31 - 1. */
  links?: number;
  /** The permissions of the root. Default: `0o755`. */
  mode?: number;
  /** The owner of the root. Default: this process's. */
  uid?: number;
  /** The group of the root. Default: this process's. */
  gid?: number;
  /**
   * Answer lock requests here (`lockingPosix` and `lockingFlock`) instead of
   * leaving locks to the kernel, which is faster. Default: false.
   */
  locks?: boolean;
}

/**
 * A complete file system in the memory of this process, as tmpfs is one in the
 * kernel's.
 *
 * It has hard and symbolic links, pipes, sockets and device nodes, extended
 * attributes and access control lists, sparse files, fallocate(2) with holes,
 * all flags of renameat2(2), O_TMPFILE, and limits of space and inodes. The
 * content outlives an unmount, but not the process.
 *
 * The kernel checks permissions if the file system is mounted with
 * {@linkcode MemFS.mountOptions}. Without these, nothing checks them.
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
   * @param options The limits, and the owner and mode of the root.
   * @throws {RangeError} If a limit is not a whole number above 0.
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
   * The recommended mount options. The kernel checks permissions and access
   * control lists, and caches names, attributes and data for long, since
   * nothing but the kernel changes them. The file system applies the umask and
   * clears set-ID bits. A kernel that lacks one of these features does that
   * part itself.
   */
  get mountOptions(): MountOptions & ServeOptions {
    return mountOptionsFor(this.#volume.locks);
  }

  /**
   * Returns the root directory.
   *
   * @throws {SyscallError} EBUSY while the file system is mounted: two mounts
   * would not see each other's changes.
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

  /** Reads from the mount when access times are updated. */
  mounted(mount: MountInfo): void {
    this.#volume.atime = atimeMode(mount);
  }

  /** Fills in the limits and the free space and inodes. */
  statfs(_request: StatfsRequest, response: StatfsResponse): void {
    fillStatfs(this.#volume, response);
  }

  /** Allows the next mount; the content stays. */
  destroy(): void {
    this.#isMounted = false;
  }
}

function defaultSize(): number {
  const pages = Number(linuxLibc().sysconf(SC_PHYS_PAGES));
  return Math.floor(pages / 2) * libc().getpagesize();
}
