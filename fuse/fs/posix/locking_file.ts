import { SyscallError } from "../../../ffi/mod.ts";
import { EAGAIN } from "../../../posix/mod.ts";
import { F_UNLCK, FUSE_LK_FLOCK } from "../../abi/mod.ts";
import type {
  FileLock,
  FlushRequest,
  LockingRequest,
  LockRequest,
  LockWaitRequest,
  QueryLockRequest,
  QueryLockResponse,
  ReleaseRequest,
  UnlockRequest,
} from "../../message/mod.ts";
import {
  type LockTable,
  type OwnedLock,
  ownedLock,
} from "../locks/internal.ts";
import type { MaybePromise } from "../node.ts";
import { OpenFile } from "./open_file.ts";

const NO_LOCK: FileLock = { start: 0n, end: 0n, type: F_UNLCK, pid: 0 };

/** An open file whose locks are kept by the file system. */
export class LockingFile extends OpenFile {
  /**
   * The owners that took locks through this open file and have not closed it.
   * At RELEASE only owners that are open files themselves are left: those of
   * flock(2) and of the `F_OFD_*` commands of fcntl(2).
   */
  readonly #owners = new Set<bigint>();

  lock(request: LockRequest): void {
    const lock = this.#prepare(request);
    if (!this.#table(request).take(lock)) {
      throw new SyscallError("fcntl", EAGAIN);
    }
  }

  lockWait(request: LockWaitRequest): MaybePromise<void> {
    const lock = this.#prepare(request);
    const { signal, header } = request;
    return this.#table(request).wait(lock, signal, header.pid);
  }

  unlock(request: UnlockRequest): void {
    this.#table(request).drop(ownedLock(request));
  }

  queryLock(request: QueryLockRequest, response: QueryLockResponse): void {
    response.lock = this.#table(request).conflict(ownedLock(request)) ??
      NO_LOCK;
  }

  /** Drops the caller's fcntl(2) locks, as any close(2) by it must. */
  flush({ lockOwner }: FlushRequest): void {
    this.file.locks.posix.dropAll(lockOwner);
    this.#owners.delete(lockOwner);
  }

  override release(request?: ReleaseRequest): void {
    for (const owner of this.#owners) {
      this.file.locks.posix.dropAll(owner);
      this.file.locks.flock.dropAll(owner);
    }
    super.release(request);
  }

  #table({ lockFlags }: LockingRequest): LockTable {
    const { posix, flock } = this.file.locks;
    return lockFlags & FUSE_LK_FLOCK ? flock : posix;
  }

  #prepare(request: LockingRequest): OwnedLock {
    const lock = ownedLock(request);
    this.#owners.add(lock.owner);
    // flock(2) drops the present lock before it takes one of the other kind.
    const { flock } = this.file.locks;
    if (this.#table(request) === flock && !flock.has(lock)) flock.drop(lock);
    return lock;
  }
}
