import { errno, libc, linuxLibc } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { EMFILE } from "../../../posix/mod.ts";

/** asm-generic/resource.h */
const RLIMIT_NOFILE = 7;
/** Descriptors up to this number are counted: the kernel's usual maximum. */
const MOST = 1 << 20;
/** How many users are told apart, about: two may share what one could have. */
const USERS = 4093;
const TOTAL = 0;
const COUNTS = 1;
const OWNERS = COUNTS + USERS;
/** How many numbers the counts take. */
export const SHARES_SIZE: number = OWNERS + MOST;

/** How many descriptors the server keeps for what lasts only for one call. */
const RESERVE = 64;
/** How many directories of the source are kept open where there is room. */
const DIRECTORIES = 512;

/** Returns how many directories may be kept open, with so many descriptors. */
export function mostDirectories(limit: number): number {
  return Math.min(DIRECTORIES, limit >> 3);
}

/**
 * Counts the descriptors that users take of a process: open files, locks, and
 * files that are known to Workers.
 *
 * Some are the server's own. Of the others nobody but root and the server's
 * user may take more than are left: one user alone at most half, two a third
 * each, and so on, so that there is always something for the next one.
 */
export class DescriptorShares {
  readonly #numbers: Int32Array<ArrayBufferLike>;
  readonly #self = libc().geteuid();
  /** How many descriptors users may have together. */
  #most = 0;
  /** How many descriptors the process may have. */
  limit = 0;

  /** Counts in memory of its own, or in that which all Workers share. */
  constructor(
    numbers: Int32Array<ArrayBufferLike> = new Int32Array(SHARES_SIZE),
  ) {
    this.#numbers = numbers;
  }

  /**
   * Looks how many there are to share.
   *
   * @param fd The latest descriptor: the kernel gives the lowest that is free.
   */
  measure(fd: number): void {
    this.limit = Math.min(descriptorLimit(), MOST);
    const total = Atomics.load(this.#numbers, TOTAL);
    const others = Math.max(0, fd - total);
    const own = Math.min(RESERVE, this.limit >> 2) +
      mostDirectories(this.limit);
    this.#most = Math.max(0, this.limit - own - others);
  }

  /**
   * Refuses a user one more descriptor.
   *
   * @throws {SyscallError} EMFILE
   */
  check(uid: number): void {
    if (!this.has(uid)) throw new SyscallError("open", EMFILE);
  }

  /** Whether there is one more descriptor for a user. */
  has(uid: number): boolean {
    const left = this.#most - Atomics.load(this.#numbers, TOTAL);
    const isBound = uid !== 0 && uid !== this.#self;
    const taken = isBound
      ? Atomics.load(this.#numbers, COUNTS + uid % USERS)
      : 0;
    return taken < left;
  }

  /** Counts a descriptor. */
  add(fd: number, uid: number): void {
    if (fd >= MOST) return;
    const user = COUNTS + uid % USERS;
    Atomics.store(this.#numbers, OWNERS + fd, user);
    Atomics.add(this.#numbers, user, 1);
    Atomics.add(this.#numbers, TOTAL, 1);
  }

  /** Counts it no more: it is about to be closed. */
  drop(fd: number): void {
    if (fd >= MOST) return;
    const user = Atomics.exchange(this.#numbers, OWNERS + fd, 0);
    if (user === 0) return;
    Atomics.sub(this.#numbers, user, 1);
    Atomics.sub(this.#numbers, TOTAL, 1);
  }
}

/** How many descriptors this process may have. */
function descriptorLimit(): number {
  const limit = new BigUint64Array(2);
  const bytes = new Uint8Array(limit.buffer);
  if (linuxLibc().getrlimit(RLIMIT_NOFILE, bytes) < 0) {
    throw new SyscallError("getrlimit", errno());
  }
  return Number(limit[0]);
}

let ofThread: DescriptorShares | undefined;

/** Returns what all mirrors of this thread count together. */
export function sharesOfThread(): DescriptorShares {
  return ofThread ??= new DescriptorShares();
}
