import { checkOptions, show } from "./check.ts";
import { errnoName, errnoString } from "./errno.ts";

/** The optional details of a {@linkcode SyscallError}. */
export interface SyscallErrorOptions extends ErrorOptions {
  /** The path that the call was given. */
  path?: string | undefined;
  /**
   * The bytes transferred before the error; 0 unless the call is a transfer.
   */
  transferred?: number;
  /** A cause or remedy, which the message shows in parentheses. */
  hint?: string | undefined;
}

/**
 * The failure of a system call.
 *
 * `code` means the same as on the errors of Node.js and in `Deno.errors`, so
 * `error.code === "ENOENT"` works for all three.
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
  /** The error's name, e.g. `"ENOENT"`; `"E4095"` for a number with no name. */
  readonly code: string;
  /** The error number, positive (Node.js has negative numbers). */
  readonly errno: number;
  /** The system call, as its man page spells it, e.g. `"shm_open"`. */
  readonly syscall: string;
  /** The path that the call was given, if any. */
  readonly path: string | undefined;
  /**
   * The bytes transferred before the error; 0 unless the call is a transfer.
   */
  readonly transferred: number;

  /**
   * Creates the error of a failed call.
   *
   * @param syscall The system call, as its man page spells it.
   * @param errno The positive error number.
   * @param options The path, the bytes transferred, a hint and a cause.
   */
  constructor(
    syscall: string,
    errno: number,
    options: SyscallErrorOptions = {},
  ) {
    const { path, transferred = 0, hint } = checkOptions("options", options);
    const code = errnoName(errno) || `E${show(errno)}`;
    super(
      syscall + (path === undefined ? "" : ` ${JSON.stringify(path)}`) +
        `: ${code}: ${errnoString(errno) || `Unknown error ${show(errno)}`}` +
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
