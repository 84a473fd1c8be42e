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
/** The end of a lock that reaches to the end of the file. */
const OFFSET_MAX = 2n ** 63n - 1n;

const { size, offset: AT } = FLOCK;
const VIEW = new DataView(new ArrayBuffer(size));
const BYTES = new Uint8Array(VIEW.buffer);

/**
 * The locks of fcntl(2) on one file of the source. Programs that use the source
 * itself see them, too. Each owner has an open file of its own, whose locks
 * (`F_OFD_SETLK`) conflict with those of all other owners, and end when it is
 * closed.
 */
export class MirrorLocks {
  readonly #fds = new Map<bigint, number>();
  readonly #shares: DescriptorShares;
  /** The same locks with their owners, which the source does not know. */
  readonly #table = new LockTable();

  /** Starts without locks; each owner's open file counts as its user's. */
  constructor(shares: DescriptorShares) {
    this.#shares = shares;
  }

  /**
   * Takes or drops a lock.
   *
   * @param fileFd An open file, to open again for a new owner.
   * @returns Whether it did: not while another owner's lock conflicts.
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
   * Returns a lock that conflicts, or a lock of type `F_UNLCK` if there is
   * none. The process of an open file's lock in the source is -1.
   */
  query(fileFd: number, request: LockingRequest): FileLock {
    return this.#table.conflict(ownedLock(request)) ??
      this.#foreign(fileFd, request.lockOwner, request.lock);
  }

  /** Returns the owners of all locks that start at `start`. */
  ownersFrom(start: bigint): bigint[] {
    return this.#table.locks.filter((lock) => lock.start === start)
      .map(({ owner }) => owner);
  }

  /**
   * Returns the waiter for a lock that conflicts. If a process that uses the
   * source holds the conflicting lock, and itself waits for a lock of the
   * mount, the blockers include the owners of that lock.
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

  /** Returns a conflicting lock of the source, or one of type `F_UNLCK`. */
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

  /** Returns the open file of an owner, opened for read and write locks. */
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

/** sys/file.h: the operations of flock(2). */
const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;
const LOCK_UN = 8;

/** Calls flock(2) without waiting; returns whether it got the lock. */
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
