import {
  asyncErrno,
  checkNumber,
  checkText,
  cString,
  decodeBytes,
  encodeBytes,
  linuxLibc,
} from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { ENODATA, EOPNOTSUPP, ETIMEDOUT } from "../../../posix/mod.ts";
import { fuseMountOn, resolveMountpoint } from "../../mount/internal.ts";
import type { ServerStats } from "./server_stats.ts";

/**
 * The extended attribute of the root that holds a server's statistics as JSON,
 * if {@linkcode ServeOptions.statsXattr} is set.
 */
export const STATS_XATTR = "user.hostkit.stats";

/** linux/limits.h: XATTR_SIZE_MAX. */
const XATTR_MAX = 65536;

/** Returns the value of the attribute. */
export function encodeStats(stats: ServerStats): Uint8Array {
  return encodeBytes(JSON.stringify(stats));
}

/**
 * Returns the statistics of a mounted file system's server, which may be in any
 * process: see {@linkcode Server.stats}.
 *
 * @param dir Where the file system is mounted.
 * @param timeoutMs How long to wait for the answer, in milliseconds. A server
 * that does not answer leaves a thread waiting until it does or is aborted.
 * @throws {SyscallError} EINVAL if no FUSE file system is mounted there;
 * EOPNOTSUPP if its server shows none, or uses another library; EPERM if
 * another user runs the server; ETIMEDOUT; ENOTCONN if the server is gone.
 *
 * @example Usage
 * ```ts ignore
 * import { readServerStats } from "@hostkit/hostkit/fuse/fs";
 *
 * const { operations, inFlight } = await readServerStats("/mnt/mirror");
 * ```
 */
export async function readServerStats(
  dir: string,
  timeoutMs = 5000,
): Promise<ServerStats> {
  checkText("dir", dir);
  checkNumber("timeoutMs", timeoutMs);
  const { mountpoint } = fuseMountOn(await resolveMountpoint(dir), "getxattr");
  const value = new Uint8Array(new ArrayBuffer(XATTR_MAX));
  const { promise: late, resolve } = Promise.withResolvers<"late">();
  const timer = setTimeout(() => resolve("late"), timeoutMs);
  const length = await Promise.race([
    linuxLibc().getxattrAsync(
      cString(mountpoint),
      cString(STATS_XATTR),
      value,
      BigInt(XATTR_MAX),
    ),
    late,
  ]).finally(() => clearTimeout(timer));
  const fail = (error: number, hint?: string): never => {
    throw new SyscallError("getxattr", error, { path: mountpoint, hint });
  };
  if (length === "late") return fail(ETIMEDOUT, "its server does not answer");
  if (length >= 0) return JSON.parse(decodeBytes(value.subarray(0, length)));
  const error = asyncErrno(length);
  return error === ENODATA || error === EOPNOTSUPP
    ? fail(EOPNOTSUPP, "its server shows no statistics")
    : fail(error);
}
