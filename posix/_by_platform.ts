/**
 * Selection of the value that a constant has on this platform.
 *
 * Only `Deno.build` is read, so importing a constant needs no permission and
 * succeeds even on a platform that the library does not support.
 *
 * @module
 */

import { ERRNO_DARWIN, ERRNO_LINUX } from "../ffi/internal.ts";

/** The value of a constant on each platform; a platform left out lacks it. */
interface Numbers {
  /** The value on Linux, if x86-64 and aarch64 agree. */
  readonly linux?: number;
  /** The value on Linux on x86-64. */
  readonly linuxX86?: number;
  /** The value on Linux on aarch64. */
  readonly linuxArm?: number;
  /** The value on macOS, on both CPUs. */
  readonly darwin?: number;
}

/** The value of a constant that this platform lacks; every call refuses it. */
export const ABSENT = -1;

const { os, arch } = Deno.build;

/** Returns the value on this platform, or {@linkcode ABSENT}. */
export function byPlatform(numbers: Numbers): number {
  if (os === "darwin") return numbers.darwin ?? ABSENT;
  const onCpu = arch === "aarch64" ? numbers.linuxArm : numbers.linuxX86;
  return onCpu ?? numbers.linux ?? ABSENT;
}

const ERRNO = new Map(
  (os === "darwin" ? ERRNO_DARWIN : ERRNO_LINUX).map(([n, name]) => [name, n]),
);

/** Returns the error number of a name here, or {@linkcode ABSENT}. */
export function errnoOf(name: string): number {
  return ERRNO.get(name) ?? ABSENT;
}
