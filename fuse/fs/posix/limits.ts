/**
 * Mount options and limits that file systems of POSIX nodes have in common.
 *
 * @module
 */

import { libc, show, toInt, toUnsigned } from "../../../ffi/internal.ts";
import { S_IFDIR } from "../../../posix/mod.ts";
import type { StatfsResponse } from "../../message/mod.ts";
import type { MountOptions } from "../../mount/mod.ts";
import type { ServeOptions } from "../server/mod.ts";
import { NAME_MAX } from "./directory.ts";
import type { Ownership } from "./node.ts";
import { type Limits, PAGE, type PosixVolume } from "./volume.ts";

/** The validity of negative lookups: only the kernel changes names. */
const NAMES_VALID_MS = 60_000;
const DEFAULT_LINKS = 2 ** 31 - 1;

/** Returns the options of `MemFS.mountOptions`. */
export function mountOptionsFor(locks: boolean): MountOptions & ServeOptions {
  return {
    defaultPermissions: true,
    posixAcl: true,
    dontMask: true,
    setxattrExt: true,
    handleKillPrivV2: true,
    atomicOTrunc: true,
    cacheSymlinks: true,
    explicitInvalidateData: true,
    exportSupport: true,
    lockingPosix: locks,
    lockingFlock: locks,
    negativeValidMs: NAMES_VALID_MS,
  };
}

/**
 * Returns the limits of a volume.
 *
 * @param options `size` in bytes; if it is absent, space is not limited.
 * @throws {RangeError} If a limit is not a whole number above 0.
 */
export function limitsOf(options: {
  size?: number | undefined;
  inodes: number;
  links?: number | undefined;
}): Limits {
  const { size, inodes, links = DEFAULT_LINKS } = options;
  return {
    pages: size === undefined
      ? Infinity
      : Math.floor(checkLimit("size", size) / PAGE),
    inodes: checkLimit("inodes", inodes),
    links: checkLimit("links", links),
  };
}

/**
 * Returns a limit.
 *
 * @throws {RangeError} If the limit is not a whole number above 0.
 */
export function checkLimit(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new RangeError(`Cannot make a file system with ${name} ${show(value)}`);
}

/** Returns the mode and owner of a new root; the default is this process. */
export function rootOwnership(
  { mode = 0o755, uid = libc().geteuid(), gid = libc().getegid() }: Partial<
    Ownership
  >,
): Ownership {
  return {
    mode: S_IFDIR | toInt("mode", mode) & 0o7777,
    uid: toUnsigned("uid", uid),
    gid: toUnsigned("gid", gid),
  };
}

/** Fills in the limits and the free space and inodes. */
export function fillStatfs(
  { limits, inodes, pages, freePages }: PosixVolume,
  response: StatfsResponse,
): void {
  // A saved file system may exceed the limits of this mount.
  const free = Math.max(0, freePages);
  response.blocks = pages + free;
  response.bfree = response.bavail = free;
  response.files = Math.max(inodes, limits.inodes);
  response.ffree = response.files - inodes;
  response.bsize = response.frsize = PAGE;
  response.namelen = NAME_MAX;
}
