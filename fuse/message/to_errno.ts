import { errnoNumber } from "../../ffi/internal.ts";
import { SyscallError } from "../../ffi/mod.ts";
import { EIO, ENODATA } from "../../posix/mod.ts";

/** The errno of Deno's error classes that carry no `code` of their own. */
const BY_CLASS: Readonly<Record<string, string>> = {
  AbortError: "EINTR",
  AddrInUse: "EADDRINUSE",
  AddrNotAvailable: "EADDRNOTAVAIL",
  AlreadyExists: "EEXIST",
  BrokenPipe: "EPIPE",
  Busy: "EBUSY",
  ConnectionAborted: "ECONNABORTED",
  ConnectionRefused: "ECONNREFUSED",
  ConnectionReset: "ECONNRESET",
  FilesystemLoop: "ELOOP",
  Interrupted: "EINTR",
  IsADirectory: "EISDIR",
  NetworkUnreachable: "ENETUNREACH",
  NotADirectory: "ENOTDIR",
  NotCapable: "EACCES",
  NotConnected: "ENOTCONN",
  NotFound: "ENOENT",
  NotSupported: "EOPNOTSUPP",
  PermissionDenied: "EACCES",
  TimedOut: "ETIMEDOUT",
  TimeoutError: "ETIMEDOUT",
  WouldBlock: "EAGAIN",
};

/** The errno of an error that does not name its own. */
export const DEFAULT_ERRNO: number = EIO;

/** The smallest errno that the kernel refuses in a reply. */
const ERRNO_LIMIT = 512;

/**
 * Returns the errno with which a handler's error is answered.
 *
 * A `code` that names an errno decides ({@linkcode SyscallError}, Node's
 * errors, most of `Deno.errors`); then the error's class
 * (`Deno.errors.NotFound` is ENOENT, an aborted `signal`'s reason EINTR); then
 * the number in a message such as Deno's `"File too large (os error 27)"`;
 * everything else is EIO.
 *
 * @param error The thrown value.
 * @returns A positive errno that the kernel accepts.
 *
 * @example Usage
 * ```ts
 * import { toErrno } from "@hostkit/hostkit/fuse";
 *
 * console.assert(toErrno(new Deno.errors.NotFound()) === 2); // ENOENT
 * console.assert(toErrno(new Error("a defect")) === 5); // EIO
 * ```
 */
export function toErrno(error: unknown): number {
  return knownErrno(error) ?? DEFAULT_ERRNO;
}

/** Returns the errno that an error means, or `undefined` for a defect. */
export function knownErrno(error: unknown): number | undefined {
  try {
    return errnoOf(error);
  } catch {
    // Any value can be thrown, even a proxy or an object whose getters throw.
    return undefined;
  }
}

function errnoOf(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { code, name } = error as { code?: unknown; name?: unknown };
  const errno = error instanceof SyscallError
    ? error.errno
    : typeof code === "string"
    ? errnoNumber(code)
    : undefined;
  if (errno !== undefined) {
    return errno > 0 && errno < ERRNO_LIMIT ? errno : undefined;
  }
  if (typeof name !== "string") return undefined;
  return Object.hasOwn(BY_CLASS, name)
    ? errnoNumber(BY_CLASS[name]!)
    : systemErrno(error as { message?: unknown });
}

/** Returns the errno that Deno states only in an error's message. */
function systemErrno({ message }: { message?: unknown }): number | undefined {
  if (typeof message !== "string") return undefined;
  const [, number] = /\(os error (\d+)\)/.exec(message) ?? [];
  const errno = Number(number);
  return errno > 0 && errno < ERRNO_LIMIT ? errno : undefined;
}

/**
 * The error that `getxattr` throws for a name that the node does not have:
 * ENODATA. Returning `undefined` has the same effect and costs less.
 */
export class ErrNoXattr extends SyscallError {
  /** The class's name. */
  override readonly name = "ErrNoXattr";

  /** Makes the error. */
  constructor() {
    super("getxattr", ENODATA);
  }
}
