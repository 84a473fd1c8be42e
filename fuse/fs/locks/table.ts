import { F_WRLCK } from "../../abi/mod.ts";
import type { FileLock, LockingRequest } from "../../message/mod.ts";
import type { MaybePromise } from "../node.ts";
import type { LockWaits, Waiter } from "./waits.ts";

/** A lock and its owner. */
export interface OwnedLock extends FileLock {
  /** The lock owner: locks of the same owner do not conflict. */
  readonly owner: bigint;
}

/** Returns the lock that a request is about. */
export function ownedLock(
  { lock, lockOwner: owner }: LockingRequest,
): OwnedLock {
  return { ...lock, owner };
}

/** A request that waits for its lock. */
interface Waiting {
  readonly lock: OwnedLock;
  readonly grant: () => void;
}

/**
 * The locks on one file, either those of fcntl(2) or those of flock(2): the two
 * kinds are independent of each other.
 *
 * An owner has at most one lock on each byte: a new lock replaces the owner's
 * locks in its range, and joins adjacent locks of the same type. Waiting
 * requests get their locks in order of arrival, as soon as no other owner's
 * lock conflicts.
 */
export class LockTable {
  readonly #waits: LockWaits | undefined;
  #locks: OwnedLock[] = [];
  #waiting: Waiting[] = [];

  /** Makes an empty table; without `waits`, it does not detect deadlocks. */
  constructor(waits?: LockWaits) {
    this.#waits = waits;
  }

  /** The locks, in no particular order. */
  get locks(): readonly OwnedLock[] {
    return this.#locks;
  }

  /** The number of requests that wait for a lock. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whether an owner has a lock of that type on all of its range. */
  has(lock: OwnedLock): boolean {
    return this.#locks.some((other) =>
      other.owner === lock.owner && other.type === lock.type &&
      other.start <= lock.start && other.end >= lock.end
    );
  }

  /** Returns a lock of another owner that conflicts with this one. */
  conflict(lock: OwnedLock): OwnedLock | undefined {
    return this.#locks.find((other) => excludes(other, lock));
  }

  /** Returns the owners of all locks that conflict with this one. */
  blockers(lock: OwnedLock): bigint[] {
    return this.#locks.filter((other) => excludes(other, lock))
      .map(({ owner }) => owner);
  }

  /** Takes a lock unless another one conflicts; returns whether it did. */
  take(lock: OwnedLock): boolean {
    if (this.conflict(lock) !== undefined) return false;
    this.#replace(lock, lock);
    return true;
  }

  /**
   * Takes a lock, as soon as no other one conflicts.
   *
   * @param thread The thread that waits; 0 if it is not known.
   * @throws {SyscallError} EDEADLK if the other owner waits for this one.
   * @throws The signal's reason, if the signal is aborted first.
   */
  wait(
    lock: OwnedLock,
    signal: AbortSignal,
    thread: number = 0,
  ): MaybePromise<void> {
    if (this.take(lock)) return;
    const { owner, pid } = lock;
    const blockers = () => this.blockers(lock);
    const waiter: Waiter = { owner, pid, thread, blockers };
    this.#waits?.add(waiter);
    return this.#granted(lock, signal)
      .finally(() => this.#waits?.delete(waiter));
  }

  /** Drops the owner's locks in a range. */
  drop(range: OwnedLock): void {
    this.#replace(range, undefined);
  }

  /** Drops all locks of an owner. */
  dropAll(owner: bigint): void {
    const kept = this.#locks.filter((lock) => lock.owner !== owner);
    if (kept.length === this.#locks.length) return;
    this.#locks = kept;
    this.#grant();
  }

  /** Replaces the owner's locks in a range by a lock, or by none. */
  #replace(range: OwnedLock, lock: OwnedLock | undefined): void {
    const { owner } = range;
    let { start, end } = range;
    const locks: OwnedLock[] = [];
    for (const old of this.#locks) {
      if (old.owner !== owner) locks.push(old);
      else if (lock?.type === old.type && touch(old, lock)) {
        if (old.start < start) start = old.start;
        if (old.end > end) end = old.end;
      } else if (!overlap(old, range)) locks.push(old);
      else {
        if (old.start < range.start) {
          locks.push({ ...old, end: range.start - 1n });
        }
        if (old.end > range.end) locks.push({ ...old, start: range.end + 1n });
      }
    }
    if (lock !== undefined) locks.push({ ...lock, start, end });
    this.#locks = locks;
    this.#grant();
  }

  /** Waits until a lock is granted. */
  #granted(lock: OwnedLock, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const leave = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
      };
      const giveUp = (): void => {
        leave();
        reject(signal.reason);
      };
      const waiting: Waiting = {
        lock,
        grant: () => {
          signal.removeEventListener("abort", giveUp);
          leave();
          resolve();
        },
      };
      this.#waiting.push(waiting);
      signal.addEventListener("abort", giveUp, { once: true });
    });
  }

  /** Grants the waiting requests that nothing conflicts with now. */
  #grant(): void {
    const waiting = this.#waiting.find(({ lock }) => !this.conflict(lock));
    if (waiting === undefined) return;
    waiting.grant();
    // This may grant further requests, if it turns a write lock into a read
    // lock.
    this.take(waiting.lock);
  }
}

/** Whether a lock of another owner conflicts with `lock`. */
function excludes(other: OwnedLock, lock: OwnedLock): boolean {
  return other.owner !== lock.owner && overlap(other, lock) &&
    (other.type === F_WRLCK || lock.type === F_WRLCK);
}

function overlap(a: FileLock, b: FileLock): boolean {
  return a.start <= b.end && b.start <= a.end;
}

/** Whether two ranges overlap, or one begins where the other ends. */
function touch(a: FileLock, b: FileLock): boolean {
  return a.start <= b.end + 1n && b.start <= a.end + 1n;
}
