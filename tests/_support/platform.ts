/**
 * What this machine lets a test do: for `ignore`, so that a test that cannot
 * run is skipped by name.
 *
 * @module
 */

import {
  canMount as canMountHere,
  hasProgram,
  isAdministrator,
} from "../../fuse/fs/testing/can_mount.ts";

export { hasProgram };

/** Whether the CPU is emulated: `deno task test:aarch64` on another CPU. */
export const isQemu = Deno.env.get("HOSTKIT_QEMU") === "1";

/** Whether random, stress and leak tests take their time: `HOSTKIT_THOROUGH=1`. */
export const isThorough = Deno.env.get("HOSTKIT_THOROUGH") === "1";

/**
 * Returns how many rounds of a random, stress or leak test to do: few, many if
 * it shall be thorough, a tenth of the few on an emulated CPU.
 */
export function rounds(few: number, many = 10 * few): number {
  if (isThorough) return many;
  return isQemu ? Math.ceil(few / 10) : few;
}

/**
 * The words that start this Deno in a child process; under emulation the
 * kernel may not know how to run the program alone.
 */
export const denoCommand: readonly [string, ...string[]] = isQemu
  ? ["qemu-aarch64-static", Deno.execPath()]
  : [Deno.execPath()];

/** Whether mount(2) can mount a file system that a test serves. */
export const canMount = !isQemu && canMountHere() && isAdministrator();

/** Whether a test may have the kernel forget what nobody uses. */
export const canDropCaches = canMount && canWrite("/proc/sys/vm/drop_caches");

/** Whether the kernel can read and write a backing file itself: Linux 6.9. */
export const hasPassthrough = canMount && isLinux(6, 9);

/** Whether files that bypass the kernel's cache can be mapped: Linux 6.6. */
export const mapsDirectIo = isLinux(6, 6);

/**
 * Whether two changes of a file in a row have different times, if somebody
 * looks in between: Linux 6.13. Before, the kernel cannot tell that others
 * changed what it has cached.
 */
export const stampsFinely = isLinux(6, 13);

/** Whether the kernel can be told to look all names up again: Linux 6.16. */
export const forgetsNames = isLinux(6, 16);

/** The C compiler's name, or `undefined` when none works for this CPU. */
export const compiler = isQemu ? undefined : ["cc", "gcc"].find(canCompile);

/** Whether there is a C compiler, with libc's headers. */
export const hasCompiler = compiler !== undefined;

/** Whether a file can be opened for writing. */
export function canWrite(path: string): boolean {
  try {
    using _file = Deno.openSync(path, { write: true });
    return true;
  } catch {
    return false;
  }
}

function canCompile(compiler: string): boolean {
  if (!hasProgram(compiler)) return false;
  return new Deno.Command(compiler, {
    args: ["-fsyntax-only", "-include", "stdio.h", "-x", "c", "/dev/null"],
    stdout: "null",
    stderr: "null",
  }).outputSync().success;
}

function isLinux(major: number, minor: number): boolean {
  const [has = 0, hasMinor = 0] = Deno.osRelease().split(".").map(Number);
  return has > major || has === major && hasMinor >= minor;
}
