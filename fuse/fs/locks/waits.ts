import { libc } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { readFile } from "../../../posix/internal.ts";
import { EDEADLK } from "../../../posix/mod.ts";

/** linux/fcntl.h: the command of fcntl(2) that waits for an OFD lock. */
const F_OFD_SETLKW = 38;
/** The number of tries to find a thread in its system call. */
const LOOKS = 100;

/** A request that waits for a lock of fcntl(2). */
export interface Waiter {
  /** The future owner of the lock. */
  readonly owner: bigint;
  /** The process that waits. */
  readonly pid: number;
  /** The thread of the process that waits; 0 if it is not known. */
  readonly thread: number;
  /** Returns the owners of the locks that conflict now. */
  blockers(): Iterable<bigint>;
}

/**
 * The requests that wait for a lock, in all tables whose locks one owner may
 * take. With them a deadlock is found: a circle of processes that wait for each
 * other.
 *
 * Among the processes in the mount, only a process that starts to wait can
 * close a circle: one that gets a lock does not wait.
 */
export class LockWaits {
  readonly #waiters = new Set<Waiter>();

  /** The number of waiting requests. */
  get size(): number {
    return this.#waiters.size;
  }

  /**
   * Adds a waiting request.
   *
   * @throws {SyscallError} EDEADLK if a blocking owner waits for this one.
   */
  add(waiter: Waiter): void {
    this.check(waiter);
    this.#waiters.add(waiter);
  }

  /**
   * Checks again for a deadlock, where processes outside of the mount may hold
   * the conflicting locks.
   *
   * @throws {SyscallError} EDEADLK, as {@linkcode add}.
   */
  check(waiter: Waiter): void {
    if (this.#closesCircle(waiter)) throw new SyscallError("fcntl", EDEADLK);
  }

  /** Removes a request that no longer waits. */
  delete(waiter: Waiter): void {
    this.#waiters.delete(waiter);
  }

  #closesCircle(waiter: Waiter): boolean {
    const seen = new Set<Waiter>();
    const leadsBack = (from: Waiter): boolean => {
      for (const owner of from.blockers()) {
        if (owner === waiter.owner) return true;
        for (const next of this.#waiters) {
          if (next.owner !== owner || seen.has(next)) continue;
          seen.add(next);
          if (leadsBack(next) && isProcess(next, waiter)) return true;
        }
      }
      return false;
    };
    return leadsBack(waiter) && isProcess(waiter, waiter);
  }
}

/**
 * Whether a lock will belong to a process and not to an open file. Any thread
 * may drop the lock of an open file, so such locks cannot deadlock. Requests of
 * the kernel do not tell the two kinds apart, but the thread's current system
 * call does. If that cannot be read, two owners in one process are taken for
 * open files.
 */
function isProcess(waiter: Waiter, first: Waiter): boolean {
  const command = commandOf(waiter.thread);
  if (command !== undefined) return command !== F_OFD_SETLKW;
  return waiter === first || waiter.pid !== first.pid;
}

/** Returns the command of the fcntl(2) in which a thread waits. */
function commandOf(thread: number): number | undefined {
  if (thread === 0) return undefined;
  try {
    for (let i = 0; i < LOOKS; i++) {
      const bytes = readFile(`/proc/${thread}/syscall`);
      // The number of the system call and its arguments, or "running".
      const words = new TextDecoder().decode(bytes).split(" ");
      if (words.length > 2) return Number(words[2]);
      libc().sched_yield();
    }
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
  }
  return undefined;
}
