/**
 * The operating system, CPU and libc that the program runs on.
 *
 * @module
 */

/** A supported platform, with the names that its libc uses. */
export interface Platform {
  /** The operating system. */
  readonly os: "linux" | "darwin";
  /** The CPU, as spelled in the compiler's target triple. */
  readonly arch: "x86_64" | "aarch64";
  /** The file name of libc, for dlopen(3). */
  readonly libc: string;
  /** The name of the function that returns the address of `errno`. */
  readonly errnoLocation: string;
  /** The same for `h_errno`; null where the errno stubs are not supported. */
  readonly hErrnoLocation: string | null;
  /** The suffix of the name of a function that takes a `struct stat`. */
  readonly inode64: "" | "$INODE64";
  /** The prefix that names the non-variadic form of a variadic function. */
  readonly variadic: "" | "__";
}

/** Selects the platform of a build target such as `Deno.build`. */
export function selectPlatform(
  { os, arch, target }: { os: string; arch: string; target: string },
): Platform {
  if (arch !== "x86_64" && arch !== "aarch64") {
    throw new Error(
      `Cannot run on ${arch}: only x86_64 and aarch64 are supported`,
    );
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
      throw new Error(
        `Cannot run on ${os}: only linux and darwin are supported`,
      );
  }
}

let current: Platform | undefined;

/**
 * Returns the platform this program runs on.
 *
 * @throws {Error} On an operating system or CPU that is not supported.
 */
export function platform(): Platform {
  return current ??= selectPlatform(Deno.build);
}
