/**
 * The one place that chooses between the numbers that platforms give a name.
 *
 * The choice reads `Deno.build` and nothing else, so importing a constant needs
 * no permission, and succeeds where the library itself cannot run.
 *
 * @module
 */

import { ERRNO_DARWIN } from "../ffi/errno_darwin.ts";
import { ERRNO_LINUX } from "../ffi/errno_linux.ts";

/** What each platform calls one constant; what is left out has no such thing. */
interface Numbers {
  /** Linux, where x86-64 and aarch64 agree. */
  readonly linux?: number;
  /** Linux on x86-64 alone. */
  readonly linuxX86?: number;
  /** Linux on aarch64 alone. */
  readonly linuxArm?: number;
  /** macOS, on both its CPUs. */
  readonly darwin?: number;
}

/** The value of a constant that this platform lacks: no call accepts it. */
export const ABSENT = -1;

const { os, arch } = Deno.build;

/** Returns this platform's number, or {@linkcode ABSENT}. */
export function byPlatform(numbers: Numbers): number {
  if (os === "darwin") return numbers.darwin ?? ABSENT;
  const ofCpu = arch === "aarch64" ? numbers.linuxArm : numbers.linuxX86;
  return ofCpu ?? numbers.linux ?? ABSENT;
}

const ERRNO = new Map(
  (os === "darwin" ? ERRNO_DARWIN : ERRNO_LINUX).map(([n, name]) => [name, n]),
);

/** Returns this platform's error number of a name, or {@linkcode ABSENT}. */
export function errnoOf(name: string): number {
  return ERRNO.get(name) ?? ABSENT;
}
