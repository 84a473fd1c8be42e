/**
 * Makes things in the source that belong to whom they are made for.
 *
 * @module
 */

import { AT_EMPTY_PATH } from "../../ffi/abi_linux.ts";
import { cString } from "../../ffi/c_string.ts";
import { errno, libc, linuxLibc } from "../../ffi/libc.ts";
import { SyscallError } from "../../ffi/syscall_error.ts";
import { ESTALE } from "../../posix/constants_errno.ts";
import { O_CLOEXEC, O_NOFOLLOW, O_PATH } from "../../posix/constants_fcntl.ts";
import { S_IFLNK, S_ISGID } from "../../posix/constants_stat.ts";
import type { Request } from "../request.ts";
import { hasDefaultAcl } from "./_mirror_default_acl.ts";
import type { CName } from "./_mirror_entry.ts";
import { procPath } from "./_scratch_name.ts";
import type { Stat } from "./_stat.ts";

const EMPTY = cString("");
const PERMISSIONS = 0o7777;
/** chown(2): leave it. */
const SAME = 0xffff_ffff;

/** What a new file shall be like. */
export interface Wish {
  /** Who makes it. */
  readonly request: Request;
  /** The permissions to ask for. */
  readonly mode: number;
  /** Whether the directory's default ACL decides about the permissions. */
  readonly hasAcl: boolean;
}

/** What a request wishes for in a directory: a default ACL outdoes the umask. */
export function wishIn(
  dirFd: number,
  request: Request & { readonly mode: number; readonly umask: number },
): Wish {
  const { mode, umask } = request;
  const hasAcl = hasDefaultAcl(dirFd);
  return { request, mode: hasAcl ? mode : mode & ~umask, hasAcl };
}

/**
 * Makes the caller the owner of a new file, which `stat` describes, and gives
 * it the permissions that this process's umask took. A directory with the
 * set-group-ID bit hands its group on. Without privilege it stays as it is.
 *
 * @param withFd Lends a descriptor of the file, perhaps with O_PATH.
 */
export function settle(
  stat: Stat,
  dirFd: number,
  { request: { header }, mode, hasAcl }: Wish,
  withFd: (use: (fd: number) => void) => void,
): void {
  const created = stat.mode;
  const isLink = stat.type === S_IFLNK;
  const wanted = hasAcl ? created : mode | created & S_ISGID;
  const chmods = !isLink && ((created ^ wanted) & PERMISSIONS) !== 0;
  const chowns = (stat.uid !== header.uid || stat.gid !== header.gid) &&
    libc().geteuid() === 0;
  if (!chmods && !chowns) return;

  withFd((fd) => {
    const { id } = stat;
    if (chowns) {
      const inherits = stat.gid === header.gid || hasSetGid(stat, dirFd);
      const gid = inherits ? SAME : header.gid;
      const { fchownat } = linuxLibc();
      if (fchownat(fd, EMPTY, header.uid, gid, AT_EMPTY_PATH) < 0) {
        throw new SyscallError("fchownat", errno());
      }
    }
    // A change of the owner takes the set-ID bits.
    const bits = wanted & PERMISSIONS;
    if (!isLink && linuxLibc().chmod(procPath(fd), bits) < 0) {
      throw new SyscallError("chmod", errno());
    }
    if (!stat.of(fd) || !stat.is(id)) throw new SyscallError("statx", ESTALE);
  });
}

/** Lends a descriptor of a name, which is not followed. */
export function lendName(
  dirFd: number,
  cName: CName,
): (use: (fd: number) => void) => void {
  return (use) => {
    const flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
    const fd = libc().openat(dirFd, cName, flags, 0);
    if (fd < 0) throw new SyscallError("openat", errno());
    try {
      use(fd);
    } finally {
      libc().close(fd);
    }
  };
}

function hasSetGid(stat: Stat, dirFd: number): boolean {
  return stat.of(dirFd) && (stat.mode & S_ISGID) !== 0;
}
