import { errno, libc, linuxLibc } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { EMFILE } from "../../../posix/mod.ts";

/** asm-generic/resource.h */
const RLIMIT_NOFILE = 7;
/** Descriptors up to this number are counted: the kernel's usual maximum. */
const MOST = 1 << 20;
/** The number of counters for users: two users may share one. */
const USERS = 4093;
const TOTAL = 0;
const COUNTS = 1;
const OWNERS = COUNTS + USERS;
/** The length of the array of counts. */
export const SHARES_SIZE: number = OWNERS + MOST;

/** The descriptors that the server reserves for use within one call. */
const RESERVE = 64;
/** The most directories of the source that are kept open. */
const DIRECTORIES = 512;

/** Returns how many directories may be kept open with `limit` descriptors. */
export function mostDirectories(limit: number): number {
  return Math.min(DIRECTORIES, limit >> 3);
}

/**
 * The number of file descriptors of this process that each user takes: open
 * files, locks, and files that are known to Workers.
 *
 * Some descriptors are reserved for the server. Of the others no user, except
 * root and the server's own, may take more than are left: one user alone at
 * most half, two users a third each, and so on, so that some are always left
 * for the next user.
 */
export class DescriptorShares {
  readonly #numbers: Int32Array<ArrayBufferLike>;
  readonly #self = libc().geteuid();
  /** The most descriptors that all users may have together. */
  #most = 0;
  /** The most descriptors that the process may have. */
  limit = 0;

  /** Keeps the counts in new memory, or in memory that all Workers share. */
  constructor(
    numbers: Int32Array<ArrayBufferLike> = new Int32Array(SHARES_SIZE),
  ) {
    this.#numbers = numbers;
  }

  /**
   * Calculates how many descriptors users may have together.
   *
   * @param fd The newest descriptor: the kernel returns the lowest free number.
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
   * Checks that a user may have one more descriptor.
   *
   * @throws {SyscallError} EMFILE if not.
   */
  check(uid: number): void {
    if (!this.has(uid)) throw new SyscallError("open", EMFILE);
  }

  /** Whether a user may have one more descriptor. */
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

  /** Subtracts a descriptor that is about to be closed. */
  drop(fd: number): void {
    if (fd >= MOST) return;
    const user = Atomics.exchange(this.#numbers, OWNERS + fd, 0);
    if (user === 0) return;
    Atomics.sub(this.#numbers, user, 1);
    Atomics.sub(this.#numbers, TOTAL, 1);
  }
}

/** Returns how many descriptors this process may have. */
function descriptorLimit(): number {
  const limit = new BigUint64Array(2);
  const bytes = new Uint8Array(limit.buffer);
  if (linuxLibc().getrlimit(RLIMIT_NOFILE, bytes) < 0) {
    throw new SyscallError("getrlimit", errno());
  }
  return Number(limit[0]);
}

let ofThread: DescriptorShares | undefined;

/** Returns the counts that all mirrors of this thread share. */
export function sharesOfThread(): DescriptorShares {
  return ofThread ??= new DescriptorShares();
}
