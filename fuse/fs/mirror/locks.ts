import { errno, FLOCK, libc, linuxLibc } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import {
  EACCES,
  EAGAIN,
  O_CLOEXEC,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
} from "../../../posix/mod.ts";
import { F_RDLCK, F_UNLCK } from "../../abi/mod.ts";
import type { FileLock, LockingRequest } from "../../message/mod.ts";
import { LockTable, ownedLock, type Waiter } from "../locks/internal.ts";
import { type AwaitedLock, awaitedLocks } from "./awaited_locks.ts";
import type { DescriptorShares } from "./descriptor_shares.ts";
import { procPath } from "./scratch_name.ts";

// linux/fcntl.h
const F_OFD_GETLK = 36;
const F_OFD_SETLK = 37;
/** The end of a file, however it grows. */
const OFFSET_MAX = 2n ** 63n - 1n;

const { size, offset: AT } = FLOCK;
const VIEW = new DataView(new ArrayBuffer(size));
const BYTES = new Uint8Array(VIEW.buffer);

/**
 * The locks of fcntl(2) on one file of the source, which programs that use the
 * source itself see too. Each owner has an open file of its own, whose locks
 * (`F_OFD_SETLK`) conflict with everybody else's and end with it.
 */
export class MirrorLocks {
  readonly #fds = new Map<bigint, number>();
  readonly #shares: DescriptorShares;
  /** The same locks, with their owners, whom the source cannot tell. */
  readonly #table = new LockTable();

  /** Starts with none; each owner's open file counts as a user's. */
  constructor(shares: DescriptorShares) {
    this.#shares = shares;
  }

  /**
   * Takes or drops a lock.
   *
   * @param fileFd An open file, to open again for a new owner.
   * @returns Whether it could; not while another's lock is in the way.
   */
  set(fileFd: number, request: LockingRequest): boolean {
    const { lock, lockOwner } = request;
    const isDropped = lock.type === F_UNLCK;
    if (isDropped && !this.#fds.has(lockOwner)) return true;
    const fd = this.#fdOf(lockOwner, fileFd, request.header.uid);
    fill(lock);
    if (linuxLibc().fcntlLock(fd, F_OFD_SETLK, BYTES) < 0) {
      const error = errno();
      if (error === EAGAIN || error === EACCES) return false;
      throw new SyscallError("fcntl", error);
    }
    const owned = ownedLock(request);
    if (isDropped) this.#table.drop(owned);
    else this.#table.take(owned);
    return true;
  }

  /**
   * Finds a lock that is in the way; one of type `F_UNLCK` if there is none.
   * Those of the source that belong to open files have -1 for a process.
   */
  query(fileFd: number, request: LockingRequest): FileLock {
    return this.#table.conflict(ownedLock(request)) ??
      this.#foreign(fileFd, request.lockOwner, request.lock);
  }

  /** Returns the owners of locks that start there, for somebody waits for one. */
  ownersFrom(start: bigint): bigint[] {
    return this.#table.locks.filter((lock) => lock.start === start)
      .map(({ owner }) => owner);
  }

  /**
   * Returns who waits when a lock cannot be had, and for whom: also for a
   * process in the source that waits for somebody in the mount.
   */
  waiter(
    fileFd: number,
    request: LockingRequest,
    source: { ownersOf(lock: AwaitedLock): bigint[] },
  ): Waiter {
    const lock = ownedLock(request);
    const { owner, pid } = lock;
    const blockers = (): bigint[] => {
      const ours = this.#table.blockers(lock);
      const foreign = this.#foreign(fileFd, owner, lock);
      if (foreign.type === F_UNLCK || foreign.pid <= 0) return ours;
      const behind = awaitedLocks(foreign.pid);
      return [...ours, ...behind.flatMap((lock) => source.ownersOf(lock))];
    };
    return { owner, pid, thread: request.header.pid, blockers };
  }

  /** Drops all locks of an owner. */
  drop(owner: bigint): void {
    const fd = this.#fds.get(owner);
    if (fd === undefined) return;
    this.#fds.delete(owner);
    this.#table.dropAll(owner);
    this.#shares.drop(fd);
    libc().close(fd);
  }

  /** Finds a lock in the way as the source has it. */
  #foreign(fileFd: number, owner: bigint, lock: FileLock): FileLock {
    fill(lock);
    const fd = this.#fds.get(owner) ?? fileFd;
    if (linuxLibc().fcntlLock(fd, F_OFD_GETLK, BYTES) < 0) {
      throw new SyscallError("fcntl", errno());
    }
    const start = VIEW.getBigInt64(AT.l_start, true);
    const length = VIEW.getBigInt64(AT.l_len, true);
    return {
      start,
      end: length === 0n ? OFFSET_MAX : start + length - 1n,
      type: VIEW.getInt16(AT.l_type, true),
      pid: VIEW.getInt32(AT.l_pid, true),
    };
  }

  /** The open file of an owner: locks for reading and writing need both. */
  #fdOf(owner: bigint, fileFd: number, uid: number): number {
    const known = this.#fds.get(owner);
    if (known !== undefined) return known;
    this.#shares.check(uid);
    const path = procPath(fileFd);
    for (const mode of [O_RDWR, O_RDONLY, O_WRONLY]) {
      const fd = libc().open(path, mode | O_CLOEXEC, 0);
      if (fd < 0) continue;
      this.#fds.set(owner, fd);
      this.#shares.add(fd, uid);
      return fd;
    }
    throw new SyscallError("open", errno());
  }
}

function fill({ start, end, type }: FileLock): void {
  BYTES.fill(0);
  VIEW.setInt16(AT.l_type, type, true);
  VIEW.setBigInt64(AT.l_start, start, true);
  VIEW.setBigInt64(AT.l_len, end >= OFFSET_MAX ? 0n : end - start + 1n, true);
}

/** sys/file.h: what flock(2) is told for a lock of fcntl(2)'s types. */
const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;
const LOCK_UN = 8;

/** flock(2) of an open file. Returns whether it could. */
export function flock(fd: number, { lock: { type } }: LockingRequest): boolean {
  const operation = type === F_UNLCK
    ? LOCK_UN
    : type === F_RDLCK
    ? LOCK_SH
    : LOCK_EX;
  if (linuxLibc().flock(fd, operation | LOCK_NB) === 0) return true;
  const error = errno();
  if (error === EAGAIN) return false;
  throw new SyscallError("flock", error);
}
