import { errnoName, errnoString } from "./errno.ts";

/** What a {@linkcode SyscallError} tells beyond the call and its number. */
export interface SyscallErrorOptions extends ErrorOptions {
  /** The file the call was about. */
  path?: string | undefined;
  /** Bytes moved before the error; 0 unless the call is a transfer. */
  transferred?: number;
  /** What the user can do about it, added to the message in parentheses. */
  hint?: string | undefined;
}

/**
 * A system call that failed: the one class for the kernel's refusals.
 *
 * `code` has the meaning it has on Node.js errors and on `Deno.errors`, so one
 * `error.code === "ENOENT"` covers all three.
 *
 * @example Usage
 * ```ts
 * import { SyscallError } from "@hostkit/hostkit/ffi";
 *
 * const error = new SyscallError("shm_open", 2, { path: "/x" });
 * console.assert(error.code === "ENOENT");
 * console.assert(
 *   error.message === 'shm_open "/x": ENOENT: No such file or directory',
 * );
 * ```
 */
export class SyscallError extends Error {
  /** The class's name. */
  override readonly name: string = "SyscallError";
  /** The error's name, e.g. `"ENOENT"`; `"E4095"` for a number without one. */
  readonly code: string;
  /** The positive error number; Node.js negates its own. */
  readonly errno: number;
  /** The system call, as its man page spells it, e.g. `"shm_open"`. */
  readonly syscall: string;
  /** The file the call was about, where there is one. */
  readonly path: string | undefined;
  /** Bytes moved before the error; 0 unless the call is a transfer. */
  readonly transferred: number;

  /**
   * Describes one failed call.
   *
   * @param syscall The system call, as its man page spells it.
   * @param errno The positive error number.
   * @param options The file, the count, a hint, a cause.
   */
  constructor(
    syscall: string,
    errno: number,
    options: SyscallErrorOptions = {},
  ) {
    const { path, transferred = 0, hint } = options;
    const code = errnoName(errno) || `E${errno}`;
    super(
      syscall + (path === undefined ? "" : ` ${JSON.stringify(path)}`) +
        `: ${code}: ${errnoString(errno) || `Unknown error ${errno}`}` +
        (hint === undefined ? "" : ` (${hint})`),
      options,
    );
    this.code = code;
    this.errno = errno;
    this.syscall = syscall;
    this.path = path;
    this.transferred = transferred;
  }
}
