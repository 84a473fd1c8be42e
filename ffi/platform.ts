/**
 * The one place that asks which operating system, CPU and libc this is.
 *
 * @module
 */

/** A libc whose names and numbers the library knows. */
export interface Platform {
  /** The operating system. */
  readonly os: "linux" | "darwin";
  /** The CPU, as the compiler's target triple spells it. */
  readonly arch: "x86_64" | "aarch64";
  /** What to hand to dlopen(3) for libc. */
  readonly libc: string;
  /** The function that returns the address of the thread's `errno`. */
  readonly errnoLocation: string;
  /** The same of `h_errno`; null where no stubs are known to work. */
  readonly hErrnoLocation: string | null;
  /** What follows the name of a function that takes a `struct stat`. */
  readonly inode64: "" | "$INODE64";
  /** What precedes the name of a variadic function, to call it as a plain one. */
  readonly variadic: "" | "__";
}

/** Selects the platform of a build target such as `Deno.build`. */
export function selectPlatform(
  { os, arch, target }: { os: string; arch: string; target: string },
): Platform {
  if (arch !== "x86_64" && arch !== "aarch64") {
    throw new Error(`Cannot run on ${arch}: only x86_64 and aarch64 are known`);
  }
  switch (os) {
    case "linux":
      return {
        os,
        arch,
        libc: target.includes("musl") ? `libc.musl-${arch}.so.1` : "libc.so.6",
        errnoLocation: "__errno_location",
        hErrnoLocation: "__h_errno_location",
        inode64: "",
        variadic: "",
      };
    case "darwin":
      return {
        os,
        arch,
        libc: "libSystem.B.dylib",
        errnoLocation: "__error",
        hErrnoLocation: null,
        inode64: arch === "x86_64" ? "$INODE64" : "",
        variadic: arch === "aarch64" ? "__" : "",
      };
    default:
      throw new Error(`Cannot run on ${os}: only linux and darwin are known`);
  }
}

let current: Platform | undefined;

/**
 * Returns the platform this program runs on.
 *
 * @throws {Error} On an operating system or CPU the library does not know.
 */
export function platform(): Platform {
  return current ??= selectPlatform(Deno.build);
}
