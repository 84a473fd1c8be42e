import * as flag from "./constants.ts";
import type { MountOptions } from "./mount_options.ts";
import { OldVersionError, Protocol, PROTOCOL_MIN } from "./protocol.ts";
import { type InitRequest, InitResponse } from "./session_requests.ts";

/** The most bytes of one read or write, unless told otherwise. */
export const DEFAULT_MAX_WRITE = 1 << 20;

/** What the library speaks. */
const SPOKEN = new Protocol(
  flag.FUSE_KERNEL_VERSION,
  flag.FUSE_KERNEL_MINOR_VERSION,
);

/**
 * Returns the answer to INIT: of what the kernel offers, what the library
 * implements and the options allow.
 *
 * A kernel of a later major version gets our version alone, and sends INIT
 * again in it.
 *
 * @param pageSize The kernel's, in bytes: the unit of `maxPages`.
 * @throws {OldVersionError} If the kernel is older than 4.20 (7.28).
 */
export function negotiate(
  init: InitRequest,
  options: MountOptions = {},
  pageSize = 4096,
): InitResponse {
  const { protocol: kernel } = init;
  if (kernel.lt(PROTOCOL_MIN)) throw new OldVersionError(kernel);
  const response = new InitResponse();
  response.protocol = kernel.lt(SPOKEN) ? kernel : SPOKEN;
  if (kernel.major > SPOKEN.major) return response;
  const { maxWrite = DEFAULT_MAX_WRITE } = options;
  response.flags = wanted(options) & init.flags;
  response.maxReadahead = Math.min(
    init.maxReadahead,
    options.maxReadahead ?? init.maxReadahead,
  );
  response.maxBackground = options.maxBackground ?? 0;
  response.congestionThreshold = options.congestionThreshold ?? 0;
  response.maxWrite = maxWrite;
  // The field has 16 bits.
  response.maxPages = Math.min(Math.ceil(maxWrite / pageSize), 0xffff);
  return response;
}

function wanted(options: MountOptions): bigint {
  const { readdirplus = "auto", explicitInvalidateData } = options;
  let flags = flag.FUSE_BIG_WRITES | flag.FUSE_PARALLEL_DIROPS |
    flag.FUSE_ASYNC_DIO | flag.FUSE_ABORT_ERROR | flag.FUSE_MAX_PAGES |
    flag.FUSE_INIT_EXT;
  if (options.asyncRead ?? true) flags |= flag.FUSE_ASYNC_READ;
  if (options.posixAcl) flags |= flag.FUSE_POSIX_ACL;
  if (options.cacheSymlinks) flags |= flag.FUSE_CACHE_SYMLINKS;
  flags |= explicitInvalidateData
    ? flag.FUSE_EXPLICIT_INVAL_DATA
    : flag.FUSE_AUTO_INVAL_DATA;
  if (readdirplus !== "never") flags |= flag.FUSE_DO_READDIRPLUS;
  if (readdirplus === "auto") flags |= flag.FUSE_READDIRPLUS_AUTO;
  return flags;
}
