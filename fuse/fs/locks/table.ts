import { F_WRLCK } from "../../abi/mod.ts";
import type { FileLock, LockingRequest } from "../../message/mod.ts";
import type { MaybePromise } from "../node.ts";
import type { LockWaits, Waiter } from "./waits.ts";

/** A lock, and whose it is. */
export interface OwnedLock extends FileLock {
  /** Equal for all that do not conflict with each other. */
  readonly owner: bigint;
}

/** Returns the lock that a request is about. */
export function ownedLock(
  { lock, lockOwner: owner }: LockingRequest,
): OwnedLock {
  return { ...lock, owner };
}

/** Somebody who waits in a table. */
interface Waiting {
  readonly lock: OwnedLock;
  readonly grant: () => void;
}

/**
 * The locks on one file: those of fcntl(2), or those of flock(2), which know
 * nothing of each other.
 *
 * An owner has one lock on each byte at most: a new one replaces what it had
 * there, and joins equal neighbours. Who waits gets the lock in the order of
 * asking, as soon as nobody else's is in the way.
 */
export class LockTable {
  readonly #waits: LockWaits | undefined;
  #locks: OwnedLock[] = [];
  #waiting: Waiting[] = [];

  /** Makes an empty table; without `waits`, circles are not looked for. */
  constructor(waits?: LockWaits) {
    this.#waits = waits;
  }

  /** The locks, in no particular order. */
  get locks(): readonly OwnedLock[] {
    return this.#locks;
  }

  /** How many wait for a lock. */
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

  /** Returns a lock of another owner that is in the way of this one. */
  conflict(lock: OwnedLock): OwnedLock | undefined {
    return this.#locks.find((other) => excludes(other, lock));
  }

  /** Returns the owners of all locks that are in the way of this one. */
  blockers(lock: OwnedLock): bigint[] {
    return this.#locks.filter((other) => excludes(other, lock))
      .map(({ owner }) => owner);
  }

  /** Takes a lock unless another is in the way; returns whether it did. */
  take(lock: OwnedLock): boolean {
    if (this.conflict(lock) !== undefined) return false;
    this.#replace(lock, lock);
    return true;
  }

  /**
   * Takes a lock, as soon as it can be had.
   *
   * @param thread The thread that waits, if it is known.
   * @throws {SyscallError} EDEADLK if the other one waits for this owner.
   * @throws The signal's reason, if that is aborted before.
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

  /** Drops what an owner has locked of a range. */
  drop(range: OwnedLock): void {
    this.#replace(range, undefined);
  }

  /** Drops all that an owner has locked. */
  dropAll(owner: bigint): void {
    const kept = this.#locks.filter((lock) => lock.owner !== owner);
    if (kept.length === this.#locks.length) return;
    this.#locks = kept;
    this.#grant();
  }

  /** Puts a lock, or none, in the place of what the owner had in a range. */
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

  /** Waits until a lock is had. */
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

  /** Gives those who wait what they can have now. */
  #grant(): void {
    const waiting = this.#waiting.find(({ lock }) => !this.conflict(lock));
    if (waiting === undefined) return;
    waiting.grant();
    // Which may make room for others, if it was a write lock before.
    this.take(waiting.lock);
  }
}

/** Whether another owner's lock is in the way of one. */
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
