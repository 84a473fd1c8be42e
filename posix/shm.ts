import {
  checkText,
  cString,
  darwinLibc,
  encodeBytes,
  errno,
  libc,
  platform,
} from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { toFlags, toUnsigned } from "./_arguments.ts";
import { EINVAL, ENAMETOOLONG } from "./constants_errno.ts";
import { O_CLOEXEC, O_NOFOLLOW } from "./constants_fcntl.ts";
import { NAME_MAX } from "./constants_limits.ts";
import type { OpenFlags } from "./flags.ts";

/** The directory of the objects on Linux, a tmpfs. */
const DIRECTORY = "/dev/shm/";

/** Checks the name of an object, and returns it in the form that libc takes. */
function objectPath(syscall: string, name: string): Uint8Array<ArrayBuffer> {
  const bare = checkText("name", name).replace(/^\/+/, "");
  if (/^\.{0,2}$|[/\0]/.test(bare)) {
    throw new SyscallError(syscall, EINVAL, { path: name });
  }
  if (encodeBytes(bare).length > NAME_MAX) {
    throw new SyscallError(syscall, ENAMETOOLONG, { path: name });
  }
  return cString((platform().os === "linux" ? DIRECTORY : "/") + bare);
}

/**
 * `shm_open(name, oflag, mode)`: opens a shared memory object by name; with
 * `O_CREAT` it creates the object if there is none. See shm_open(3).
 *
 * A new object has length 0: set its length with {@linkcode ftruncate}, then
 * map it with {@linkcode mmap}. The object exists until {@linkcode shmUnlink}
 * has removed its name, its last file descriptor is closed and its last mapping
 * is removed.
 *
 * On Linux this opens `/dev/shm/name`, as libc does. The C function is variadic
 * on macOS, so on Apple's arm64 the system call stub is called.
 *
 * @param name The name, of 1 to 255 bytes (30 on macOS) after any leading
 * slashes.
 * @param oflag `O_RDONLY` or `O_RDWR`, combined with any of `O_CREAT`, `O_EXCL`
 * and `O_TRUNC`. `O_CLOEXEC` and `O_NOFOLLOW` are always added.
 * @param mode The permissions of a new object, modified by the umask.
 * @returns A file descriptor, which the caller must {@linkcode close}.
 * @throws {SyscallError} `EINVAL` if the name is empty, `.`, `..`, or has a
 * slash or NUL inside; `ENAMETOOLONG`; `ENOENT` if there is no such object;
 * `EEXIST` if the object exists and `oflag` has `O_EXCL`; `EACCES`; `ELOOP` for
 * a symbolic link; `EMFILE`.
 * @throws {RangeError} If `oflag` or `mode` is not a 32-bit integer.
 *
 * @example Create, write, remove
 * ```ts
 * import * as posix from "@hostkit/hostkit/posix";
 *
 * const name = `/example-${Deno.pid}`;
 * const flags = posix.O_RDWR | posix.O_CREAT | posix.O_EXCL;
 * const fd = posix.shmOpen(name, flags, 0o600);
 * posix.shmUnlink(name);
 * posix.ftruncate(fd, 4096);
 * const { data } = posix.mmap(
 *   null,
 *   4096,
 *   posix.PROT_RDWR,
 *   posix.MAP_SHARED,
 *   fd,
 *   0,
 * );
 * posix.close(fd);
 * data[0] = 42;
 * posix.munmap(data);
 * ```
 */
export function shmOpen(name: string, oflag: OpenFlags, mode: number): number {
  const path = objectPath("shm_open", name);
  const flags = toFlags("shm_open", oflag, "oflag") | O_CLOEXEC | O_NOFOLLOW;
  const permissions = toUnsigned("mode", mode);
  const fd = platform().os === "linux"
    ? libc().open(path, flags, permissions)
    : darwinLibc().shm_open(path, flags, permissions);
  if (fd < 0) throw new SyscallError("shm_open", errno(), { path: name });
  return fd;
}

/**
 * `shm_unlink(name)`: removes the name of a shared memory object. See
 * shm_open(3).
 *
 * Processes that have the object open or mapped keep its memory. A new object
 * can then be created under the name.
 *
 * @param name The name, as for {@linkcode shmOpen}.
 * @throws {SyscallError} `EINVAL` or `ENAMETOOLONG` for an invalid name;
 * `ENOENT` if there is no such object; `EACCES` or `EPERM` if the caller may
 * not remove the name; `EISDIR` for a directory.
 *
 * @example Usage
 * ```ts
 * import { close, O_CREAT, shmOpen, shmUnlink } from "@hostkit/hostkit/posix";
 *
 * const name = `/unlinked-${Deno.pid}`;
 * close(shmOpen(name, O_CREAT, 0o600));
 * shmUnlink(name);
 * ```
 */
export function shmUnlink(name: string): void {
  const path = objectPath("shm_unlink", name);
  const result = platform().os === "linux"
    ? libc().unlink(path)
    : darwinLibc().shm_unlink(path);
  if (result < 0) throw new SyscallError("shm_unlink", errno(), { path: name });
}
