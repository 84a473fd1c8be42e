import { checkFunction, checkText, show } from "../../ffi/internal.ts";
import { checkInitOptions } from "../message/internal.ts";
import type { InitOptions } from "../message/mod.ts";
import type { TraceOptions } from "../trace/mod.ts";

/** How a file system is mounted, and what its connection may do. */
export interface MountOptions extends InitOptions, TraceOptions {
  /** Let device nodes in the file system work. Needs CAP_SYS_ADMIN. */
  allowDev?: boolean;
  /** Mount over a directory that has entries, or is a mount point already. */
  allowNonEmptyMount?: boolean;
  /**
   * Let other users in, not only the one who mounts. An ordinary user may ask
   * for it if `/etc/fuse.conf` says `user_allow_other`.
   */
  allowOther?: boolean;
  /**
   * Let set-user-ID and set-group-ID bits take effect. Needs CAP_SYS_ADMIN.
   */
  allowSuid?: boolean;
  /**
   * Unmount when the connection is closed, or this process ends without
   * having unmounted: even if it is killed. A shell waits for that meanwhile,
   * which needs umount(8), or fusermount3 for an ordinary user.
   */
  autoUnmount?: boolean;
  /**
   * The size of a block in bytes: a power of two from 512 to the size of a
   * page, which it is since Linux 6.17. Only with {@linkcode blockDevice}.
   */
  blksize?: number;
  /**
   * The block device that holds the file system, which is shown as the source:
   * the type is `fuseblk` then, whose server is asked for BMAP, SYNCFS and,
   * when it is unmounted, DESTROY. Needs CAP_SYS_ADMIN.
   */
  blockDevice?: string;
  /**
   * The SELinux context of all files, such as
   * `"system_u:object_r:removable_t:s0:c0,c3"`. Needs CAP_SYS_ADMIN.
   */
  context?: string;
  /** FreeBSD's time limit of an answer, in seconds. Linux ignores it. */
  daemonTimeout?: string;
  /** Let the kernel check permissions by mode, owner and group. */
  defaultPermissions?: boolean;
  /** Let each change of a directory wait until it is stored. */
  dirSync?: boolean;
  /** The source that mount(8) shows. Default: `"hostkit"`. */
  fsName?: string;
  /** The most bytes of one read with direct I/O, at least 4096. */
  maxRead?: number;
  /** Do not update the time of last access. */
  noAtime?: boolean;
  /** Let no program be executed. */
  noExec?: boolean;
  /** Mount read-only: the kernel refuses every change with EROFS. */
  readOnly?: boolean;
  /**
   * Update the time of last access of a file or directory whenever it is opened
   * and read, not only when that tells more than is known. `MirrorFS` leaves it
   * to the source. Needs CAP_SYS_ADMIN.
   */
  strictAtime?: boolean;
  /** What follows `fuse.` in the type that mount(8) shows. */
  subtype?: string;
  /** Let each write wait until it is stored. */
  sync?: boolean;
}

const TEXTS = [
  "blockDevice",
  "context",
  "fsName",
  "record",
  "subtype",
] as const;

/**
 * Refuses options that cannot be.
 *
 * @throws {RangeError} If a number is out of its range.
 * @throws {TypeError} If a text is none, or options contradict each other.
 */
export function checkMountOptions(options: MountOptions): void {
  checkInitOptions(options);
  if (options.debug !== undefined) checkFunction("debug", options.debug);
  for (const name of TEXTS) {
    const value = options[name];
    // The kernel has no way to tell the quotes around a context from its own.
    const wrong = name === "context" ? /[\0"]/ : /\0/;
    if (value === undefined) continue;
    if (checkText(name, value) === "" || wrong.test(value)) {
      throw new TypeError(`Cannot mount with ${name} ${JSON.stringify(value)}`);
    }
  }
  const { blksize, blockDevice, fsName, maxRead } = options;
  if (options.noAtime && options.strictAtime) {
    throw new TypeError("Cannot mount with both noAtime and strictAtime");
  }
  if (maxRead !== undefined && !isBetween(maxRead, 4096, 2 ** 32 - 1)) {
    throw new RangeError(
      `Cannot mount with maxRead ${show(maxRead)}: at least 4096, in 32 bits`,
    );
  }
  if (blksize !== undefined) {
    if (!isBetween(blksize, 512, 65536) || (blksize & (blksize - 1)) !== 0) {
      throw new RangeError(
        `Cannot mount with blksize ${
          show(blksize)
        }: a power of two, 512 at least`,
      );
    }
    if (blockDevice === undefined) {
      throw new TypeError("Cannot mount with blksize, but without blockDevice");
    }
  }
  if (blockDevice !== undefined && fsName !== undefined) {
    throw new TypeError("Cannot mount with both blockDevice and fsName");
  }
}

function isBetween(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}
