import { PROTOCOL_MIN } from "../abi/internal.ts";
import * as flag from "../abi/mod.ts";
import { OldVersionError, Protocol } from "../abi/mod.ts";
import type { InitOptions } from "./init_options.ts";
import { type InitRequest, InitResponse } from "./session_requests.ts";

/** The default for the largest read or write, in bytes. */
export const DEFAULT_MAX_WRITE = 1 << 20;

/** The protocol version that the library implements. */
const SPOKEN = new Protocol(
  flag.FUSE_KERNEL_VERSION,
  flag.FUSE_KERNEL_MINOR_VERSION,
);

/**
 * The flags that the server accepts whenever the kernel offers them. Many of
 * these change nothing: accepting them makes `Conn.features` list them.
 */
const ALWAYS = flag.FUSE_BIG_WRITES | flag.FUSE_ABORT_ERROR |
  flag.FUSE_MAX_PAGES | flag.FUSE_INIT_EXT | flag.FUSE_SPLICE_WRITE |
  flag.FUSE_SPLICE_MOVE | flag.FUSE_SPLICE_READ | flag.FUSE_HAS_IOCTL_DIR |
  flag.FUSE_NO_OPEN_SUPPORT | flag.FUSE_NO_OPENDIR_SUPPORT |
  flag.FUSE_HAS_EXPIRE_ONLY | flag.FUSE_HAS_RESEND;

/** The flag of each option that is off by default. */
const ON_REQUEST: readonly (readonly [keyof InitOptions, bigint])[] = [
  ["asyncDio", flag.FUSE_ASYNC_DIO],
  ["atomicOTrunc", flag.FUSE_ATOMIC_O_TRUNC],
  ["cacheSymlinks", flag.FUSE_CACHE_SYMLINKS],
  ["createSuppGroup", flag.FUSE_CREATE_SUPP_GROUP],
  ["directIoAllowMmap", flag.FUSE_DIRECT_IO_ALLOW_MMAP],
  ["dontMask", flag.FUSE_DONT_MASK],
  ["exportSupport", flag.FUSE_EXPORT_SUPPORT],
  ["noExportSupport", flag.FUSE_NO_EXPORT_SUPPORT],
  ["handleKillPrivV2", flag.FUSE_HANDLE_KILLPRIV_V2],
  ["idmapped", flag.FUSE_ALLOW_IDMAP],
  ["lockingFlock", flag.FUSE_FLOCK_LOCKS],
  ["lockingPosix", flag.FUSE_POSIX_LOCKS],
  ["overIoUring", flag.FUSE_OVER_IO_URING],
  ["passthrough", flag.FUSE_PASSTHROUGH],
  ["posixAcl", flag.FUSE_POSIX_ACL],
  ["requestTimeoutS", flag.FUSE_REQUEST_TIMEOUT],
  ["securityContext", flag.FUSE_SECURITY_CTX],
  ["setxattrExt", flag.FUSE_SETXATTR_EXT],
  ["submounts", flag.FUSE_SUBMOUNTS],
  ["writebackCache", flag.FUSE_WRITEBACK_CACHE],
];

/**
 * The flags that are dropped with passthrough. A server that does not see every
 * write cannot clear set-ID bits, and the kernel does not clear them itself
 * when the server handles O_TRUNC.
 */
const NOT_PAST_THE_SERVER = flag.FUSE_HANDLE_KILLPRIV |
  flag.FUSE_HANDLE_KILLPRIV_V2 | flag.FUSE_ATOMIC_O_TRUNC;

/** The flag of each option that is on by default. */
const UNLESS_REFUSED: readonly (readonly [keyof InitOptions, bigint])[] = [
  ["asyncRead", flag.FUSE_ASYNC_READ],
  ["parallelDirops", flag.FUSE_PARALLEL_DIROPS],
];

/**
 * Returns the answer to INIT: the features that the kernel offers, the library
 * implements, and the options allow.
 *
 * A kernel of a later major version is answered with the library's version
 * only; it then sends INIT again in that version.
 *
 * @param pageSize The kernel's page size in bytes, the unit of `maxPages`.
 * @throws {OldVersionError} If the kernel is older than 4.20 (7.28).
 */
export function negotiate(
  init: InitRequest,
  options: InitOptions = {},
  pageSize = 4096,
): InitResponse {
  const { protocol: kernel } = init;
  if (kernel.lt(PROTOCOL_MIN)) throw new OldVersionError(kernel);
  const response = new InitResponse();
  response.protocol = kernel.lt(SPOKEN) ? kernel : SPOKEN;
  if (kernel.major > SPOKEN.major) return response;
  const { maxWrite = DEFAULT_MAX_WRITE } = options;
  response.flags = wanted(options, init.flags) & init.flags;
  response.maxReadahead = Math.min(
    init.maxReadahead,
    options.maxReadahead ?? init.maxReadahead,
  );
  response.maxBackground = options.maxBackground ?? 0;
  response.congestionThreshold = options.congestionThreshold ?? 0;
  response.maxWrite = maxWrite;
  response.timeGranNs = options.timeGranNs ?? 1;
  // The field has 16 bits.
  response.maxPages = options.maxPages ??
    Math.min(Math.ceil(maxWrite / pageSize), 0xffff);
  if (response.flags & flag.FUSE_PASSTHROUGH) {
    response.maxStackDepth = options.maxStackDepth ?? 1;
  }
  if (response.flags & flag.FUSE_REQUEST_TIMEOUT) {
    response.requestTimeoutS = options.requestTimeoutS ?? 0;
  }
  return response;
}

function wanted(options: InitOptions, offered: bigint): bigint {
  const { readdirplus = "never", explicitInvalidateData } = options;
  let flags = ALWAYS;
  for (const [name, bits] of ON_REQUEST) if (options[name]) flags |= bits;
  for (const [name, bits] of UNLESS_REFUSED) {
    if (options[name] ?? true) flags |= bits;
  }
  flags |= explicitInvalidateData
    ? flag.FUSE_EXPLICIT_INVAL_DATA
    : flag.FUSE_AUTO_INVAL_DATA;
  if (readdirplus !== "never") flags |= flag.FUSE_DO_READDIRPLUS;
  if (readdirplus === "auto") flags |= flag.FUSE_READDIRPLUS_AUTO;
  if (options.handleKillPriv) {
    flags |= offered & flag.FUSE_HANDLE_KILLPRIV_V2 ||
      flag.FUSE_HANDLE_KILLPRIV;
  }
  return flags & offered & flag.FUSE_PASSTHROUGH
    ? flags & ~NOT_PAST_THE_SERVER
    : flags;
}
