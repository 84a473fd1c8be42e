import { libc } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { readFile } from "../../../posix/internal.ts";
import { EDEADLK } from "../../../posix/mod.ts";

/** linux/fcntl.h: fcntl(2)'s command to wait for a lock of an open file. */
const F_OFD_SETLKW = 38;
/** How often to look for a thread that is about to wait, and then to give up. */
const LOOKS = 100;

/** Somebody who waits for a lock of fcntl(2). */
export interface Waiter {
  /** Whose lock it will be. */
  readonly owner: bigint;
  /** The process that waits. */
  readonly pid: number;
  /** The thread of it that waits; 0 if that is not known. */
  readonly thread: number;
  /** Returns the owners of the locks that are in the way now. */
  blockers(): Iterable<bigint>;
}

/**
 * Who waits for which lock, in all tables whose locks one owner may take: how
 * a circle of processes that wait for each other is found.
 *
 * Of those in the mount, only somebody who starts to wait can close a circle:
 * whoever gets a lock that another waits for does not wait.
 */
export class LockWaits {
  readonly #waiters = new Set<Waiter>();

  /** How many wait. */
  get size(): number {
    return this.#waiters.size;
  }

  /**
   * Takes note that somebody waits.
   *
   * @throws {SyscallError} EDEADLK if who is in the way waits for this owner.
   */
  add(waiter: Waiter): void {
    this.check(waiter);
    this.#waiters.add(waiter);
  }

  /**
   * Looks again, where others than those in the mount are in the way.
   *
   * @throws {SyscallError} EDEADLK, as {@linkcode add}.
   */
  check(waiter: Waiter): void {
    if (this.#closesCircle(waiter)) throw new SyscallError("fcntl", EDEADLK);
  }

  /** Takes note that somebody waits no longer. */
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
 * Whether a lock will belong to a process and not to an open file, whose locks
 * any thread may drop: so there is no circle of them. The kernel's requests
 * do not say it, but what the thread is doing does. Where it may not be seen,
 * two owners in one process are taken for open files.
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
      // The number of the system call, and its arguments, or "running".
      const words = new TextDecoder().decode(bytes).split(" ");
      if (words.length > 2) return Number(words[2]);
      libc().sched_yield();
    }
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
  }
  return undefined;
}
