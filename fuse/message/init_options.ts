import { show } from "../../ffi/internal.ts";

/** What a connection negotiates with the kernel: its limits and its features. */
export interface InitOptions {
  /** The most bytes of one read or write, at least 4096. Default: 1 MiB. */
  maxWrite?: number;
  /**
   * The most pages of one request, at most `fs.fuse.max_pages_limit`. Default:
   * those that {@linkcode maxWrite} fills.
   */
  maxPages?: number;
  /** The most bytes to read ahead. Default: the kernel's. */
  maxReadahead?: number;
  /** How many background requests may be in flight. Default: the kernel's. */
  maxBackground?: number;
  /** How many background requests count as congestion. Default: the kernel's. */
  congestionThreshold?: number;
  /**
   * The granularity of time stamps in nanoseconds, up to 1,000,000,000: to
   * what the kernel rounds those it makes itself. Default: 1.
   */
  timeGranNs?: number;
  /**
   * How many file systems that stand on another one may lie between a
   * {@linkcode passthrough} file and its device: 1 or 2. Default: 1.
   */
  maxStackDepth?: number;
  /**
   * After how many seconds without an answer the kernel aborts the whole
   * connection; it checks every 15. Linux 6.16. Default: never.
   */
  requestTimeoutS?: number;

  /**
   * Let several reads of one file be in flight, and those that fill the kernel's
   * cache in the background: whoever gives up one of these is noticed late, and
   * only when the process ends. Default: true.
   */
  asyncRead?: boolean;
  /**
   * Let direct I/O (O_DIRECT) of one file have several requests in flight: what
   * is read or written with io_submit(2) or io_uring, and the parts of a large
   * transfer. Only for files that nobody reads through the page cache meanwhile:
   * the kernel then drops cached data before such a write, but not after it, and
   * what is read in between stays stale.
   */
  asyncDio?: boolean;
  /**
   * Let `open` truncate, instead of a `setattr` after it; not so with
   * {@linkcode passthrough}.
   */
  atomicOTrunc?: boolean;
  /** Let the kernel cache the targets of symbolic links. */
  cacheSymlinks?: boolean;
  /**
   * Send one of the caller's supplementary groups, the parent directory's,
   * with what makes a file. Linux 6.3.
   */
  createSuppGroup?: boolean;
  /** Let files open with direct I/O be mapped shared. Linux 6.6. */
  directIoAllowMmap?: boolean;
  /** Leave the caller's umask to the server. */
  dontMask?: boolean;
  /** Drop cached data on request only, not when size or mtime change. */
  explicitInvalidateData?: boolean;
  /**
   * Look up `.` and `..`, so that file handles (name_to_handle_at(2), NFS) are
   * good for what the kernel has forgotten, too.
   */
  exportSupport?: boolean;
  /** Make no file handles at all: name_to_handle_at(2) fails. Linux 6.9. */
  noExportSupport?: boolean;
  /**
   * Leave it to the server to clear set-ID bits and capabilities of files that
   * are written, truncated or given away. Since Linux 5.11 requests say when;
   * before, the server finds out itself: see `Conn.features`. A handler that
   * has cleared bits says so: see `Request.invalidateAttr`. With
   * {@linkcode passthrough} it stays with the kernel.
   */
  handleKillPriv?: boolean;
  /** The same, only where requests say when. */
  handleKillPrivV2?: boolean;
  /**
   * Let the mount be mapped to other user and group ids. Linux 6.12; needs
   * `defaultPermissions`. Most requests do not say then who asks.
   */
  idmapped?: boolean;
  /** Answer flock(2) in the server. Default: the kernel does. */
  lockingFlock?: boolean;
  /** Answer fcntl(2) locks in the server. Default: the kernel does. */
  lockingPosix?: boolean;
  /**
   * Exchange requests through io_uring. Linux 6.14, where the administrator
   * switched it on: `enable_uring` of the module `fuse`. Elsewhere, and where
   * this process may not use io_uring, the device is used as ever;
   * `Conn.features` says so.
   *
   * Each CPU has a queue with room for requests, which grows with the number of
   * those that wait for their answers. What comes in a burst beyond that waits
   * until others of the queue are answered: handlers must not wait for it.
   */
  overIoUring?: boolean;
  /** Look up and list one directory in parallel. Default: true. */
  parallelDirops?: boolean;
  /**
   * Let reads and writes of an open file go to a file of another file system
   * without asking the server. Linux 6.9; needs CAP_SYS_ADMIN, and excludes
   * {@linkcode writebackCache}.
   */
  passthrough?: boolean;
  /**
   * Let the kernel check permissions as `defaultPermissions` does, and POSIX
   * ACLs, which `getxattr` serves as `system.posix_acl_access`.
   */
  posixAcl?: boolean;
  /**
   * Whether listings look every entry up at once (READDIRPLUS): when the kernel
   * expects to need it, always, or never. Default: `"auto"` for `mountFS`, whose
   * server answers both kinds of listing, and `"never"` for `mount`.
   */
  readdirplus?: "auto" | "always" | "never";
  /** Send the security context with what makes a file. Linux 5.17. */
  securityContext?: boolean;
  /**
   * Send the flags of `setxattr` that are FUSE's own. Linux 5.12.
   */
  setxattrExt?: boolean;
  /** Let directories be mount points of their own. virtiofs alone offers it. */
  submounts?: boolean;
  /**
   * Let the kernel collect writes and send them later. It then owns the size
   * and times of regular files, and reads from files open for writing only.
   */
  writebackCache?: boolean;
}

/** The numbers among the options, with the range of each. */
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
 * Refuses options that no kernel understands, or that exclude each other.
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
