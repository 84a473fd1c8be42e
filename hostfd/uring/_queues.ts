import { errno, linuxLibc } from "../../ffi/internal.ts";
import { SyscallError } from "../../ffi/mod.ts";
import {
  close,
  EBADF,
  EINTR,
  ETIME,
  MAP_POPULATE,
  MAP_SHARED,
  mmap,
  munmap,
  PROT_READ,
  PROT_WRITE,
} from "../../posix/mod.ts";
import {
  CQE,
  CQRING_OFFSETS,
  GETEVENTS_ARG,
  KERNEL_TIMESPEC,
  PARAMS,
  SQE,
  SQRING_OFFSETS,
} from "./_abi.ts";
import { addressOf } from "./_memory.ts";
import type { Setup } from "./_setup.ts";
import { IORING_SETUP_SQE128 } from "./constants_io_uring.ts";
import { USER_DATA_WORD } from "./submission_entry.ts";

// asm/unistd.h, on x86-64 and arm64
const SYS_IO_URING_ENTER = 426;

// linux/io_uring.h
const IORING_OFF_SQ_RING = 0;
const IORING_OFF_SQES = 0x10000000;
const IORING_ENTER_GETEVENTS = 0x1;
const IORING_ENTER_EXT_ARG = 0x8;
const IORING_SQ_CQ_OVERFLOW = 0x2;
const IORING_SQ_TASKRUN = 0x4;
const IORING_CQ_EVENTFD_DISABLED = 0x1;

const WORD = 4;
const CQE_WORDS = CQE.size / WORD;
const RESULT = CQE.offset.res / WORD;
const FLAGS = CQE.offset.flags / WORD;

/**
 * The memory of a ring: the two queues shared with the kernel.
 *
 * Heads and tails only increase, as 32-bit words that wrap around. `Atomics`
 * orders their stores after the stores to the entries that they publish.
 */
export class Queues {
  /** The capacity of the submission queue. */
  readonly entries: number;
  /** The capacity of the completion queue. */
  readonly cqEntries: number;
  /** The size of a submission in words. */
  readonly entryWords: number;
  /** The submissions. */
  readonly memory: Uint8Array<ArrayBuffer>;
  #fd: number;
  readonly #ring: Uint8Array<ArrayBuffer>;
  readonly #words: Int32Array;
  readonly #submissions: Int32Array;
  readonly #sqHeadAt: number;
  readonly #sqTailAt: number;
  readonly #sqFlagsAt: number;
  readonly #cqHeadAt: number;
  readonly #cqTailAt: number;
  /**
   * The index of the completion queue's flags; 0 before Linux 5.8, which has
   * none.
   */
  readonly #cqFlagsAt: number;
  readonly #cqesAt: number;
  /** The tail of the submission queue, published at the next system call. */
  #sqTail: number;
  /** The head of the completion queue, published at the next system call. */
  #cqHead: number;
  #timeout: Timeout | undefined;

  /** The slot of the completion taken last. */
  slot = 0;
  /** The result of the completion taken last. */
  result = 0;
  /** The `IORING_CQE_F_*` of the completion taken last. */
  flags = 0;

  /** Maps a ring; closes its descriptor if that fails. */
  constructor({ fd, params }: Setup) {
    const { offset } = PARAMS;
    const u32 = (at: number): number => params.getUint32(at, true);
    const sq = (field: keyof typeof SQRING_OFFSETS.offset): number =>
      u32(offset.sq_off + SQRING_OFFSETS.offset[field]);
    const cq = (field: keyof typeof CQRING_OFFSETS.offset): number =>
      u32(offset.cq_off + CQRING_OFFSETS.offset[field]);
    this.#fd = fd;
    this.entries = u32(offset.sq_entries);
    this.cqEntries = u32(offset.cq_entries);
    const isLong = (u32(offset.flags) & IORING_SETUP_SQE128) !== 0;
    this.entryWords = (isLong ? 2 : 1) * SQE.size / WORD;
    const length = Math.max(
      sq("array") + this.entries * WORD,
      cq("cqes") + this.cqEntries * CQE.size,
    );
    const size = this.entries * this.entryWords * WORD;
    using stack = new DisposableStack();
    stack.defer(() => close(fd));
    this.#ring = mapRing(fd, length, IORING_OFF_SQ_RING);
    stack.defer(() => munmap(this.#ring));
    this.memory = mapRing(fd, size, IORING_OFF_SQES);
    stack.move();
    this.#words = new Int32Array(this.#ring.buffer, 0, length / WORD);
    this.#submissions = new Int32Array(this.memory.buffer);
    this.#sqHeadAt = sq("head") / WORD;
    this.#sqTailAt = sq("tail") / WORD;
    this.#sqFlagsAt = sq("flags") / WORD;
    this.#cqHeadAt = cq("head") / WORD;
    this.#cqTailAt = cq("tail") / WORD;
    this.#cqFlagsAt = cq("flags") / WORD;
    this.#cqesAt = cq("cqes") / WORD;
    this.#sqTail = Atomics.load(this.#words, this.#sqTailAt);
    this.#cqHead = Atomics.load(this.#words, this.#cqHeadAt);
    // The kernel takes submissions in the order of this array of indices.
    const arrayAt = sq("array") / WORD;
    for (let i = 0; i < this.entries; i++) this.#words[arrayAt + i] = i;
    this.disableEventfd();
  }

  /** The ring's descriptor; -1 once closed. */
  get fd(): number {
    return this.#fd;
  }

  /** The number of submissions that the kernel has not taken. */
  get queued(): number {
    return this.#sqTail - Atomics.load(this.#words, this.#sqHeadAt) | 0;
  }

  /**
   * Adds a submission and returns the index of its first word; there must be
   * room.
   */
  push(): number {
    const at = (this.#sqTail & this.entries - 1) * this.entryWords;
    this.#sqTail = this.#sqTail + 1 | 0;
    return at;
  }

  /**
   * Removes the submissions that the kernel has not taken; returns their slots.
   */
  takeBack(): number[] {
    const slots: number[] = [];
    const head = Atomics.load(this.#words, this.#sqHeadAt);
    for (let i = head; i !== this.#sqTail; i = i + 1 | 0) {
      const at = (i & this.entries - 1) * this.entryWords;
      slots.push(this.#submissions[at + USER_DATA_WORD]!);
    }
    this.#sqTail = head;
    return slots;
  }

  /**
   * Hands the submissions to the kernel, and waits for completions.
   *
   * @param minComplete The number of completions to wait for; a signal ends the
   * wait early.
   */
  submit(minComplete: number = 0): void {
    if (this.#fd < 0) throw new SyscallError("io_uring_enter", EBADF);
    for (;;) {
      const queued = this.queued;
      if (queued === 0 && minComplete === 0) return;
      const flags = minComplete > 0 ? IORING_ENTER_GETEVENTS : 0;
      const taken = this.#enter(queued, minComplete, flags);
      // Without IORING_SETUP_SUBMIT_ALL the kernel stops at a submission that
      // fails at once.
      if (taken === queued) return;
    }
  }

  /**
   * Lets the kernel run deferred work, and flush completions that did not fit.
   */
  getEvents(): void {
    this.#enter(0, 0, IORING_ENTER_GETEVENTS);
  }

  /**
   * Runs the kernel's deferred task work until there is a completion or none is
   * left. One call runs only a part of a long list, and the eventfd is not
   * signalled for the rest.
   *
   * @param most The most calls to make. The kernel may set the flag after the
   * work was done, so the flag alone might never end the loop.
   */
  runDeferred(most: number): void {
    for (let i = 0; i < most && this.hasDeferred; i++) {
      if (this.hasCompletion) return;
      this.getEvents();
    }
  }

  /** Whether the kernel has work for {@linkcode getEvents}. */
  get hasDeferred(): boolean {
    const deferred = IORING_SQ_CQ_OVERFLOW | IORING_SQ_TASKRUN;
    return (Atomics.load(this.#words, this.#sqFlagsAt) & deferred) !== 0;
  }

  /** Does {@linkcode submit} and {@linkcode getEvents} in one system call. */
  exchange(): void {
    const { queued } = this;
    if (this.#enter(queued, 0, IORING_ENTER_GETEVENTS) < queued) this.submit();
  }

  /**
   * Does the same as {@linkcode exchange}, and waits for a completion.
   *
   * @param milliseconds The longest wait, less than a second.
   * @returns Whether there is a completion.
   */
  sleep(milliseconds: number): boolean {
    const timeout = this.#timeout ??= new Timeout();
    timeout.milliseconds = milliseconds;
    const flags = IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG;
    this.#enter(this.queued, 1, flags, timeout.address, timeout.size);
    return this.hasCompletion;
  }

  #enter(
    count: number,
    minComplete: number,
    flags: number,
    argument = 0n,
    size = 0n,
  ): number {
    const words = this.#words;
    Atomics.store(words, this.#sqTailAt, this.#sqTail);
    Atomics.store(words, this.#cqHeadAt, this.#cqHead);
    const { io_uring_enter } = linuxLibc();
    const taken = io_uring_enter(
      SYS_IO_URING_ENTER,
      this.#fd,
      count,
      minComplete,
      flags,
      argument,
      size,
    );
    if (taken >= 0) return taken;
    const error = errno();
    if (error === EINTR || error === ETIME) return 0;
    throw new SyscallError("io_uring_enter", error);
  }

  /**
   * Takes the next completion into `slot`, `result` and `flags`.
   *
   * @returns Whether there is one.
   */
  take(): boolean {
    const words = this.#words;
    if (this.#cqHead === Atomics.load(words, this.#cqTailAt)) {
      // Completions that did not fit, and deferred work, come only on demand.
      if (!this.hasDeferred) return false;
      this.getEvents();
      if (this.#cqHead === Atomics.load(words, this.#cqTailAt)) return false;
    }
    const index = this.#cqHead & this.cqEntries - 1;
    const at = this.#cqesAt + index * CQE_WORDS;
    this.slot = words[at]!;
    this.result = words[at + RESULT]!;
    this.flags = words[at + FLAGS]!;
    this.#cqHead = this.#cqHead + 1 | 0;
    return true;
  }

  /** Lets the kernel overwrite the completions that were taken. */
  free(): void {
    Atomics.store(this.#words, this.#cqHeadAt, this.#cqHead);
  }

  /** Whether a completion waits to be taken. */
  get hasCompletion(): boolean {
    return this.#cqHead !== Atomics.load(this.#words, this.#cqTailAt);
  }

  /** Lets completions signal the eventfd. */
  enableEventfd(): void {
    this.#setCqFlags(0);
  }

  /** Stops completions from signalling the eventfd. */
  disableEventfd(): void {
    this.#setCqFlags(IORING_CQ_EVENTFD_DISABLED);
  }

  #setCqFlags(flags: number): void {
    if (this.#cqFlagsAt === 0) return;
    Atomics.store(this.#words, this.#cqFlagsAt, flags);
  }

  /** Unmaps and closes the ring. */
  close(): void {
    const fd = this.#fd;
    this.#fd = -1;
    munmap(this.memory);
    munmap(this.#ring);
    close(fd);
  }
}

function mapRing(
  fd: number,
  length: number,
  offset: number,
): Uint8Array<ArrayBuffer> {
  const prot = PROT_READ | PROT_WRITE;
  return mmap(null, length, prot, MAP_SHARED | MAP_POPULATE, fd, offset).data;
}

/** The timeout of io_uring_enter(2): `struct io_uring_getevents_arg`. */
class Timeout {
  readonly #time = new DataView(new ArrayBuffer(KERNEL_TIMESPEC.size));
  readonly #argument = new DataView(new ArrayBuffer(GETEVENTS_ARG.size));
  readonly address: bigint = BigInt(addressOf(this.#argument));
  readonly size: bigint = BigInt(GETEVENTS_ARG.size);

  constructor() {
    const time = BigInt(addressOf(this.#time));
    this.#argument.setBigUint64(GETEVENTS_ARG.offset.ts, time, true);
  }

  /** Sets the timeout, which must be less than a second. */
  set milliseconds(milliseconds: number) {
    const nanoseconds = BigInt(Math.floor(milliseconds * 1e6));
    this.#time.setBigInt64(KERNEL_TIMESPEC.offset.tv_nsec, nanoseconds, true);
  }
}
