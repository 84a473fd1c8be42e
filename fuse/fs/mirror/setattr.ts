/**
 * Changes the metadata of a file of the source, through a descriptor of it.
 *
 * @module
 */

import {
  AT_EMPTY_PATH,
  cString,
  errno,
  libc,
  linuxLibc,
  TIMESPEC,
} from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { S_ISGID, S_ISUID, S_IXGRP } from "../../../posix/mod.ts";
import {
  setattrValidAtime,
  setattrValidAtimeNow,
  setattrValidGid,
  setattrValidKillSuidgid,
  setattrValidMode,
  setattrValidMtime,
  setattrValidMtimeNow,
  setattrValidSize,
  setattrValidUid,
} from "../../abi/mod.ts";
import type {
  RequestBase as Request,
  SetattrRequest,
} from "../../message/mod.ts";
import { procPath } from "./scratch_name.ts";
import type { Stat } from "./stat.ts";

const EMPTY = cString("");
const PERMISSIONS = 0o7777;
/** chown(2): the user or group that leaves the current one as it is. */
const SAME = 0xffff_ffff;
/** linux/stat.h: nanoseconds that mean the current time, and no change. */
const UTIME_NOW = (1n << 30n) - 1n;
const UTIME_OMIT = (1n << 30n) - 2n;
const NS = 1_000_000_000n;

/**
 * Makes the changes of a SETATTR.
 *
 * @param fd A descriptor of the file, perhaps with O_PATH.
 * @param writable Whether `fd` is open for writing.
 */
export function setattrOf(
  fd: number,
  request: SetattrRequest,
  stat: Stat,
  writable: boolean,
): void {
  const { valid } = request;
  const { fchownat, chmod, utimensat } = linuxLibc();
  const isChown = setattrValidUid(valid) || setattrValidGid(valid);
  // The kernel asks to clear the set-ID bits with every chown(2). The source
  // clears them itself, except bits that root may keep (CAP_FSETID, which no
  // request tells of): so only other callers need a second step.
  const dropsSetIds = setattrValidKillSuidgid(valid) &&
    !setattrValidMode(valid) && !(isChown && request.header.uid === 0);
  const oldGid = isChown && dropsSetIds ? gidOf(fd, stat) : undefined;
  if (isChown) {
    const uid = setattrValidUid(valid) ? request.uid : SAME;
    const gid = setattrValidGid(valid) ? request.gid : SAME;
    check("fchownat", fchownat(fd, EMPTY, uid, gid, AT_EMPTY_PATH));
  }
  if (setattrValidMode(valid)) {
    check("chmod", chmod(procPath(fd), request.mode & PERMISSIONS));
  }
  // Before the size changes, so that the new content never runs with the old
  // privileges.
  if (dropsSetIds) dropSetIds(fd, stat, request, oldGid);
  if (setattrValidSize(valid)) truncate(fd, writable, request.size64);
  const times = timesOf(request);
  if (times !== undefined) {
    check("utimensat", utimensat(fd, EMPTY, times, AT_EMPTY_PATH));
  }
}

/** Changes a file's size, even if the descriptor is not writable. */
export function truncate(fd: number, writable: boolean, size: bigint): void {
  if (writable) check("ftruncate", libc().ftruncate(fd, size));
  else check("truncate", linuxLibc().truncate(procPath(fd), size));
}

/**
 * Clears the set-ID bits, as a write by an unprivileged user does; the write
 * itself clears capabilities. A set-group-ID bit without group execute
 * permission stays if the caller's group, the only one that is known here, is
 * the file's.
 *
 * @param request The request that writes: the kernel's attributes of the file
 * are invalidated before its answer.
 * @param oldGid The file's group before a chown(2), if it was one: the bit
 * stays for that group.
 */
export function dropSetIds(
  fd: number,
  stat: Stat,
  request: Request,
  oldGid?: number,
): void {
  const gid = gidOf(fd, stat);
  const { mode } = stat;
  const isForGroup = (mode & (S_ISGID | S_IXGRP)) === S_ISGID;
  const stays = isForGroup && request.header.gid === (oldGid ?? gid);
  if ((mode & (stays ? S_ISUID : S_ISUID | S_ISGID)) === 0) return;
  request.invalidateAttr();
  // chown(2) without a change of owner clears them all in one step.
  check("fchownat", linuxLibc().fchownat(fd, EMPTY, SAME, SAME, AT_EMPTY_PATH));
  if (!isForGroup || stays) return;
  const kept = mode & PERMISSIONS & ~(S_ISUID | S_ISGID);
  check("chmod", linuxLibc().chmod(procPath(fd), kept));
}

/** Returns the file's group; leaves its metadata in `stat`. */
function gidOf(fd: number, stat: Stat): number {
  check("statx", stat.of(fd) ? 0 : -1);
  return stat.gid;
}

function check(syscall: string, result: number): void {
  if (result < 0) throw new SyscallError(syscall, errno());
}

/** Returns the two times for utimensat(2); undefined if neither changes. */
function timesOf(request: SetattrRequest): Uint8Array<ArrayBuffer> | undefined {
  const { valid } = request;
  const hasAtime = setattrValidAtime(valid);
  const hasMtime = setattrValidMtime(valid);
  if (!hasAtime && !hasMtime) return undefined;
  const { size, offset } = TIMESPEC;
  const view = new DataView(new ArrayBuffer(2 * size));
  const set = (at: number, seconds: bigint, nanoseconds: bigint) => {
    view.setBigInt64(at + offset.tv_sec, seconds, true);
    view.setBigInt64(at + offset.tv_nsec, nanoseconds, true);
  };
  const setTime = (at: number, has: boolean, isNow: boolean, ns: bigint) => {
    if (!has) return set(at, 0n, UTIME_OMIT);
    if (isNow) return set(at, 0n, UTIME_NOW);
    const nanoseconds = (ns % NS + NS) % NS;
    set(at, (ns - nanoseconds) / NS, nanoseconds);
  };
  setTime(0, hasAtime, setattrValidAtimeNow(valid), request.atimeNs);
  setTime(size, hasMtime, setattrValidMtimeNow(valid), request.mtimeNs);
  return new Uint8Array(view.buffer);
}
