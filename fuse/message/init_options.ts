import { show } from "../../ffi/internal.ts";

/** The limits and features that a connection negotiates with the kernel. */
export interface InitOptions {
  /** The most bytes of one read or write, at least 4096. Default: 1 MiB. */
  maxWrite?: number;
  /**
   * The most pages of one request, at most `fs.fuse.max_pages_limit`. Default:
   * the number that {@linkcode maxWrite} fills.
   */
  maxPages?: number;
  /** The most bytes to read ahead. Default: the kernel's. */
  maxReadahead?: number;
  /** The most background requests in flight. Default: the kernel's. */
  maxBackground?: number;
  /**
   * The background requests that count as congestion. Default: the kernel's.
   */
  congestionThreshold?: number;
  /**
   * The granularity of time stamps in nanoseconds, up to 1,000,000,000. The
   * kernel rounds its own time stamps to this. Default: 1.
   */
  timeGranNs?: number;
  /**
   * The most stacked file systems between a {@linkcode passthrough} file and
   * its device: 1 or 2. Default: 1.
   */
  maxStackDepth?: number;
  /**
   * The time in seconds after which an unanswered request makes the kernel
   * abort the connection; the kernel checks every 15 seconds. Linux 6.16.
   * Default: never.
   */
  requestTimeoutS?: number;

  /**
   * Let several reads of one file be in flight, and let reads that fill the
   * page cache run in the background. The server learns late that the caller of
   * such a read gave up, and only when the process ends. Default: true.
   */
  asyncRead?: boolean;
  /**
   * Let direct I/O (O_DIRECT) of one file have several requests in flight:
   * those of io_submit(2) and io_uring, and the parts of a large transfer. Only
   * for files that no process reads through the page cache meanwhile: the
   * kernel drops cached data before such a write but not after it, so data that
   * is cached in between stays stale.
   */
  asyncDio?: boolean;
  /**
   * Let `open` truncate the file, instead of a `setattr` after it. Has no
   * effect with {@linkcode passthrough}.
   */
  atomicOTrunc?: boolean;
  /** Let the kernel cache the targets of symbolic links. */
  cacheSymlinks?: boolean;
  /**
   * Send one of the caller's supplementary groups, the parent directory's,
   * with requests that create a file. Linux 6.3.
   */
  createSuppGroup?: boolean;
  /** Let files open with direct I/O be mapped with MAP_SHARED. Linux 6.6. */
  directIoAllowMmap?: boolean;
  /** Leave the caller's umask to the server. */
  dontMask?: boolean;
  /** Drop cached data only on request, not when the size or mtime changes. */
  explicitInvalidateData?: boolean;
  /**
   * Look up `.` and `..`, so that file handles (name_to_handle_at(2), NFS) stay
   * valid for nodes that the kernel has forgotten.
   */
  exportSupport?: boolean;
  /** Support no file handles: name_to_handle_at(2) fails. Linux 6.9. */
  noExportSupport?: boolean;
  /**
   * Let the server clear the set-ID bits and capabilities of files that are
   * written, truncated or chowned. Since Linux 5.11 requests say when to do so;
   * before that, the server must decide: see `Conn.features`. A handler that
   * has cleared bits calls `Request.invalidateAttr`. With
   * {@linkcode passthrough} the kernel clears them.
   */
  handleKillPriv?: boolean;
  /**
   * Like {@linkcode handleKillPriv}, but only if requests say when to do so.
   */
  handleKillPrivV2?: boolean;
  /**
   * Let the mount be mapped to other user and group ids. Linux 6.12; needs
   * `defaultPermissions`. Most requests then do not identify the caller.
   */
  idmapped?: boolean;
  /** Let the server handle flock(2). Default: the kernel handles it. */
  lockingFlock?: boolean;
  /** Let the server handle fcntl(2) locks. Default: the kernel handles them. */
  lockingPosix?: boolean;
  /**
   * Exchange requests through io_uring. Requires Linux 6.14 and the parameter
   * `enable_uring` of the module `fuse`, which the administrator sets.
   * Otherwise, or if this process may not use io_uring, `/dev/fuse` is used;
   * `Conn.features` tells which.
   *
   * Each CPU has a queue of requests, whose capacity grows with the number of
   * unanswered requests. In a burst, requests beyond the capacity wait until
   * earlier requests of the queue are answered, so handlers must not wait for
   * later requests.
   */
  overIoUring?: boolean;
  /** Look up and list one directory in parallel. Default: true. */
  parallelDirops?: boolean;
  /**
   * Let the kernel read and write a file of another file system directly,
   * without requests to the server. Linux 6.9; needs CAP_SYS_ADMIN, and
   * excludes {@linkcode writebackCache}.
   */
  passthrough?: boolean;
  /**
   * Let the kernel check permissions as `defaultPermissions` does, and POSIX
   * ACLs, which it reads through `getxattr` as `system.posix_acl_access`.
   */
  posixAcl?: boolean;
  /**
   * When listings also look up every entry (READDIRPLUS): when the kernel
   * expects to need the lookups, always, or never. Default: `"auto"` for
   * `mountFS`, whose server answers both kinds of listing, and `"never"` for
   * `mount`.
   */
  readdirplus?: "auto" | "always" | "never";
  /** Send the security context with requests that create a file. Linux 5.17. */
  securityContext?: boolean;
  /**
   * Send FUSE's own flags with `setxattr`. Linux 5.12.
   */
  setxattrExt?: boolean;
  /** Let directories be mount points of their own: virtiofs only. */
  submounts?: boolean;
  /**
   * Let the kernel collect writes and send them later. It then owns the size
   * and times of regular files, and also reads from files that are open for
   * writing only.
   */
  writebackCache?: boolean;
}

/** The options that are numbers, with the range of each. */
const RANGES: readonly [
  name: keyof InitOptions,
  low: number,
  high: number,
][] = [
  ["maxWrite", 4096, 1 << 28],
  ["maxPages", 1, 0xffff],
  ["maxReadahead", 0, 2 ** 32 - 1],
  ["maxBackground", 1, 0xffff],
  ["congestionThreshold", 1, 0xffff],
  ["timeGranNs", 1, 1e9],
  ["maxStackDepth", 1, 2],
  ["requestTimeoutS", 1, 0xffff],
];

/**
 * Checks that numbers are in their ranges and that options do not contradict
 * each other.
 *
 * @throws {RangeError} If a number is out of its range.
 * @throws {TypeError} If options contradict each other.
 */
export function checkInitOptions(
  options: InitOptions & { readonly defaultPermissions?: boolean },
): void {
  for (const [name, low, high] of RANGES) {
    const value = options[name] as number | undefined;
    if (value === undefined) continue;
    if (!Number.isInteger(value) || value < low || value > high) {
      throw new RangeError(
        `Cannot mount with ${name} ${
          show(value)
        }: it goes from ${low} to ${high}`,
      );
    }
  }
  const { readdirplus = "never" } = options;
  if (!["auto", "always", "never"].includes(readdirplus)) {
    throw new TypeError(`Cannot mount with readdirplus ${show(readdirplus)}`);
  }
  exclude(options, "passthrough", "writebackCache");
  exclude(options, "exportSupport", "noExportSupport");
  if (options.idmapped && !options.defaultPermissions) {
    throw new TypeError("Cannot mount idmapped without defaultPermissions");
  }
}

function exclude(
  options: InitOptions,
  a: keyof InitOptions,
  b: keyof InitOptions,
): void {
  if (options[a] && options[b]) {
    throw new TypeError(`Cannot mount with both ${a} and ${b}`);
  }
}
