import { SyscallError } from "../../ffi/syscall_error.ts";
import { EDEADLK } from "../../posix/constants_errno.ts";
import { F_WRLCK } from "../constants.ts";
import type { FileLock } from "../lock_requests.ts";
import type { MaybePromise } from "./node.ts";

/** A lock, and whose it is. */
export interface OwnedLock extends FileLock {
  /** Equal for all that do not conflict with each other. */
  readonly owner: bigint;
}

interface Waiter {
  readonly lock: OwnedLock;
  readonly table: LockTable;
  readonly grant: () => void;
}

/**
 * Who waits for which lock, in all tables whose locks one owner may take: how
 * a circle of owners that wait for each other is found.
 */
export type Waits = Map<bigint, Waiter>;

/**
 * The locks on one file: those of fcntl(2), or those of flock(2), which know
 * nothing of each other.
 *
 * An owner has one lock on each byte at most: a new one replaces what it had
 * there, and joins equal neighbours. Who waits gets the lock in the order of
 * asking, as soon as nobody else's is in the way.
 */
export class LockTable {
  readonly #waits: Waits | undefined;
  #locks: OwnedLock[] = [];
  #waiters: Waiter[] = [];

  /** Makes an empty table; without `waits`, circles are not looked for. */
  constructor(waits?: Waits) {
    this.#waits = waits;
  }

  /** The locks, in no particular order. */
  get locks(): readonly OwnedLock[] {
    return this.#locks;
  }

  /** How many wait for a lock. */
  get waiting(): number {
    return this.#waiters.length;
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
    return this.#locks.find((other) =>
      other.owner !== lock.owner && overlap(other, lock) &&
      (other.type === F_WRLCK || lock.type === F_WRLCK)
    );
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
   * @throws {SyscallError} EDEADLK if the other one waits for this owner.
   * @throws The signal's reason, if that is aborted before.
   */
  wait(lock: OwnedLock, signal: AbortSignal): MaybePromise<void> {
    if (this.take(lock)) return;
    if (this.#isDeadlock(lock)) throw new SyscallError("fcntl", EDEADLK);
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const giveUp = (): void => {
        this.#leave(waiter);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        lock,
        table: this,
        grant: () => {
          signal.removeEventListener("abort", giveUp);
          this.#leave(waiter);
          resolve();
        },
      };
      this.#waiters.push(waiter);
      this.#waits?.set(lock.owner, waiter);
      signal.addEventListener("abort", giveUp, { once: true });
    });
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

  /** Gives those who wait what they can have now. */
  #grant(): void {
    const waiter = this.#waiters.find(({ lock }) => !this.conflict(lock));
    if (waiter === undefined) return;
    waiter.grant();
    // Which may make room for others, if it was a write lock before.
    this.take(waiter.lock);
  }

  #leave(waiter: Waiter): void {
    this.#waiters = this.#waiters.filter((other) => other !== waiter);
    const { owner } = waiter.lock;
    if (this.#waits?.get(owner) === waiter) this.#waits.delete(owner);
  }

  /** Whether whoever is in the way waits for the owner of this lock. */
  #isDeadlock(lock: OwnedLock): boolean {
    const seen = new Set<bigint>();
    let other = this.conflict(lock)?.owner;
    while (other !== undefined && !seen.has(other)) {
      if (other === lock.owner) return true;
      seen.add(other);
      const waiter = this.#waits?.get(other);
      other = waiter?.table.conflict(waiter.lock)?.owner;
    }
    return false;
  }
}

function overlap(a: FileLock, b: FileLock): boolean {
  return a.start <= b.end && b.start <= a.end;
}

/** Whether two ranges overlap, or one begins where the other ends. */
function touch(a: FileLock, b: FileLock): boolean {
  return a.start <= b.end + 1n && b.start <= a.end + 1n;
}
