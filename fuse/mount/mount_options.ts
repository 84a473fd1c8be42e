import { checkFunction, checkText, show } from "../../ffi/internal.ts";
import { checkInitOptions } from "../message/internal.ts";
import type { InitOptions } from "../message/mod.ts";
import type { TraceOptions } from "../trace/mod.ts";

/** The options of a mount and of its connection. */
export interface MountOptions extends InitOptions, TraceOptions {
  /** Let device files in the file system work. Needs CAP_SYS_ADMIN. */
  allowDev?: boolean;
  /** Mount over a directory that has entries, or is a mount point already. */
  allowNonEmptyMount?: boolean;
  /**
   * Let all users access the file system, not only the user who mounts it. An
   * ordinary user may set this if `/etc/fuse.conf` contains `user_allow_other`.
   */
  allowOther?: boolean;
  /**
   * Let set-user-ID and set-group-ID bits take effect. Needs CAP_SYS_ADMIN.
   */
  allowSuid?: boolean;
  /**
   * Unmount when the connection is closed, or when this process ends without
   * having unmounted, even if it is killed. A shell process waits for this; it
   * needs umount(8), or fusermount3 for an ordinary user.
   */
  autoUnmount?: boolean;
  /**
   * The size of a block in bytes: a power of two from 512 to the page size.
   * Since Linux 6.17, it must be the page size. Only with
   * {@linkcode blockDevice}.
   */
  blksize?: number;
  /**
   * The block device that holds the file system, which is shown as the source.
   * The type is then `fuseblk`: the kernel also sends BMAP, SYNCFS and, when it
   * is unmounted, DESTROY. Needs CAP_SYS_ADMIN.
   */
  blockDevice?: string;
  /**
   * The SELinux context of all files, such as
   * `"system_u:object_r:removable_t:s0:c0,c3"`. Needs CAP_SYS_ADMIN.
   */
  context?: string;
  /** The time limit for an answer on FreeBSD, in seconds. Linux ignores it. */
  daemonTimeout?: string;
  /** Let the kernel check permissions by mode, owner and group. */
  defaultPermissions?: boolean;
  /** Make each change of a directory synchronous. */
  dirSync?: boolean;
  /** The source that mount(8) shows. Default: `"hostkit"`. */
  fsName?: string;
  /** The most bytes of a single READ with direct I/O, at least 4096. */
  maxRead?: number;
  /** Do not update the time of last access. */
  noAtime?: boolean;
  /** Do not allow programs to be executed. */
  noExec?: boolean;
  /** Mount read-only: the kernel refuses every change with EROFS. */
  readOnly?: boolean;
  /**
   * Update the time of last access of a file or directory at every read that
   * the kernel's cache does not answer, unlike the default `relatime`.
   * `MirrorFS` leaves this to the source. Needs CAP_SYS_ADMIN.
   */
  strictAtime?: boolean;
  /** The part after `fuse.` of the type that mount(8) shows. */
  subtype?: string;
  /** Make each write synchronous. */
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
 * Throws for options that are invalid.
 *
 * @throws {RangeError} If a number is out of its range.
 * @throws {TypeError} If a text is not a string or has an invalid character, or
 * if options contradict each other.
 */
export function checkMountOptions(options: MountOptions): void {
  checkInitOptions(options);
  if (options.debug !== undefined) checkFunction("debug", options.debug);
  for (const name of TEXTS) {
    const value = options[name];
    // The kernel cannot tell a quote in a context from the quotes around it.
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
