import { checkU64, platform } from "../ffi/internal.ts";

/**
 * Returns the major number of a device, which identifies its driver. See
 * makedev(3).
 *
 * @param dev A device number, such as {@linkcode Stat.rdev}.
 * @returns The number, of up to 32 bits on Linux and 8 bits on macOS.
 *
 * @example Usage
 * ```ts
 * import { major } from "@hostkit/hostkit/posix";
 *
 * if (Deno.build.os === "linux") console.assert(major(0x801n) === 8);
 * ```
 */
export function major(dev: bigint): number {
  checkU64("dev", dev);
  return platform().os === "darwin"
    ? Number(dev >> 24n & 0xffn)
    : Number(dev >> 8n & 0xfffn | dev >> 32n & 0xfffff000n);
}

/**
 * Returns the minor number of a device, which identifies it to its driver. See
 * makedev(3).
 *
 * @param dev A device number, such as {@linkcode Stat.rdev}.
 * @returns The number, of up to 32 bits on Linux and 24 bits on macOS.
 *
 * @example Usage
 * ```ts
 * import { minor } from "@hostkit/hostkit/posix";
 *
 * if (Deno.build.os === "linux") console.assert(minor(0x801n) === 1);
 * ```
 */
export function minor(dev: bigint): number {
  checkU64("dev", dev);
  return platform().os === "darwin"
    ? Number(dev & 0xffffffn)
    : Number(dev & 0xffn | dev >> 12n & 0xffffff00n);
}
