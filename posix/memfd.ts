import {
  checkText,
  cString,
  errno,
  linuxLibc,
  platform,
  toUnsigned,
} from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { memfdCreateDarwin } from "./_memfd_darwin.ts";
import { EINVAL } from "./constants_errno.ts";
import { F_ADD_SEALS, F_GET_SEALS } from "./constants_fcntl.ts";
import { fcntl } from "./fd.ts";
import type { MemfdFlags, SealFlags } from "./flags.ts";

/**
 * `memfd_create(name, flags)`: creates a file that lives in memory and has no
 * path. See memfd_create(2).
 *
 * The file has length 0 and mode 0777, and exists until its last file
 * descriptor is closed and its last mapping is removed. Another process can
 * inherit the descriptor, receive it over a Unix socket, or open
 * `/proc/PID/fd/N`.
 *
 * macOS has no such call. There this function creates an unnamed shared memory
 * object, which cannot be sealed, mapped privately, or resized once it has a
 * size.
 *
 * @param name A name for `/proc/PID/fd` and `/proc/PID/maps`: up to 249 bytes,
 * none of them NUL. It need not be unique.
 * @param flags A combination of `MFD_CLOEXEC`, `MFD_ALLOW_SEALING`,
 * `MFD_HUGETLB` with a size, and either `MFD_EXEC` or `MFD_NOEXEC_SEAL`.
 * @returns A file descriptor, which the caller must {@linkcode close}.
 * @throws {SyscallError} `EINVAL` for unknown or conflicting flags, or a name
 * that is too long or has a NUL; `ENODEV` for an unsupported huge page size;
 * `EMFILE`; `ENOMEM`.
 * @throws {RangeError} If `flags` is not a 32-bit integer.
 *
 * @example Usage
 * ```ts
 * import { close, fstat, memfdCreate, MFD_CLOEXEC } from "@hostkit/hostkit/posix";
 *
 * const fd = memfdCreate("scratch", MFD_CLOEXEC);
 * console.assert(fstat(fd).size === 0);
 * close(fd);
 * ```
 */
export function memfdCreate(name: string, flags: MemfdFlags): number {
  const bits = toUnsigned("flags", flags);
  if (checkText("name", name).includes("\0")) {
    throw new SyscallError("memfd_create", EINVAL);
  }
  if (platform().os === "darwin") return memfdCreateDarwin(bits);
  const fd = linuxLibc().memfd_create(cString(name), bits);
  if (fd < 0) throw new SyscallError("memfd_create", errno());
  return fd;
}

/**
 * `fcntl(fd, F_ADD_SEALS, seals)`: permanently forbids some changes to a memfd,
 * so that a process that receives the descriptor can trust the file. See
 * fcntl(2).
 *
 * @param fd A memfd created with `MFD_ALLOW_SEALING`, open for writing.
 * @param seals A combination of the `F_SEAL_*` constants, which is added to the
 * seals that the file has.
 * @throws {SyscallError} `EPERM` if the file has the seal `F_SEAL_SEAL` or `fd`
 * is read-only; `EBUSY` for `F_SEAL_WRITE` while a writable shared mapping
 * exists; `EINVAL` for unknown seals, for a file that is not a memfd, and
 * always on macOS; `EBADF`.
 * @throws {RangeError} If an argument is not a 32-bit integer.
 *
 * @example Usage
 * ```ts
 * import * as posix from "@hostkit/hostkit/posix";
 *
 * const fd = posix.memfdCreate("fixed", posix.MFD_ALLOW_SEALING);
 * posix.ftruncate(fd, 4096);
 * posix.addSeals(fd, posix.F_SEAL_SHRINK | posix.F_SEAL_GROW);
 * try {
 *   posix.ftruncate(fd, 0);
 *   console.assert(false, "the file was cut");
 * } catch (error) {
 *   console.assert((error as Error & { code: string }).code === "EPERM");
 * }
 * posix.close(fd);
 * ```
 */
export function addSeals(fd: number, seals: SealFlags): void {
  fcntl(fd, F_ADD_SEALS, toUnsigned("seals", seals));
}

/**
 * `fcntl(fd, F_GET_SEALS)`: returns the seals of a memfd. See fcntl(2).
 *
 * @param fd The file descriptor.
 * @returns The `F_SEAL_*` bits that are set.
 * @throws {SyscallError} `EINVAL` for a file that is not a memfd, and always on
 * macOS; `EBADF`.
 * @throws {RangeError} If `fd` is not a 32-bit integer.
 *
 * @example Usage
 * ```ts
 * import { close, F_SEAL_SEAL, getSeals, memfdCreate } from "@hostkit/hostkit/posix";
 *
 * const fd = memfdCreate("closed to seals", 0);
 * console.assert(getSeals(fd) === F_SEAL_SEAL);
 * close(fd);
 * ```
 */
export function getSeals(fd: number): SealFlags {
  return fcntl(fd, F_GET_SEALS);
}
