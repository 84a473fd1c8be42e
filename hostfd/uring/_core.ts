import { libc, POLLFD } from "../../ffi/internal.ts";
import { SyscallError } from "../../ffi/mod.ts";
import { EBADF, EBUSY, ECANCELED } from "../../posix/mod.ts";
import { POLLIN } from "../constants_poll.ts";
import { EFD_NONBLOCK, eventfd, eventfdWrite } from "../eventfd.ts";
import type { HostFd } from "../host_fd.ts";
import { Queues } from "./_queues.ts";
import { register, setUp } from "./_setup.ts";
import {
  IORING_CQE_F_MORE,
  IORING_OP_ASYNC_CANCEL,
  IORING_OP_URING_CMD,
  IORING_SETUP_SQE128,
} from "./constants_io_uring.ts";
import type { CheckedOptions, OnCompletion } from "./ring_options.ts";
import { beginEntry, SubmissionEntry } from "./submission_entry.ts";

// linux/io_uring.h
const IORING_REGISTER_EVENTFD = 4;

/**
 * The most operations in flight, limited by the bits of
 * {@linkcode SubmissionEntry.id}.
 */
const SLOTS_MAX = 2 ** 20;

/** The slot number of an operation without an owner. */
const NO_SLOT = -1;

/** An operation that a caller waits for. */
export interface Pending {
  /** Takes a completion. */
  complete(result: number, flags: number): void;
}

/** The owner of an operation: an object that waits, or the caller's token. */
export type Owner = Pending | number;

/**
 * The memory of drivers' commands in rings that are closed. The kernel cancels
 * such commands only some time after the close, so the memory is never freed.
 */
const abandoned = new Set<unknown>();

/**
 * A ring and its operations in flight. Each operation has a slot, which keeps
 * alive the memory that the kernel may still access.
 */
export class Core {
  readonly queues: Queues;
  /** The submission queued last. */
  readonly entry: SubmissionEntry;
  /** The number of operations in flight, including those still in the queue. */
  inFlight = 0;
  /** The number of operations in flight that are drivers' commands. */
  #commands = 0;
  #isClosing = false;
  readonly #free: number[] = [];
  readonly #generations: number[] = [];
  readonly #opcodes: number[] = [];
  readonly #owners: (Owner | undefined)[] = [];
  readonly #held: unknown[] = [];
  #eventfd: HostFd | undefined;
  #isAsleep = false;

  /** The registered memory and files, which the kernel may access too. */
  registered: unknown;

  constructor({ entries, cqEntries, sqe128, setupFlags }: CheckedOptions) {
    const always = sqe128 ? IORING_SETUP_SQE128 : 0;
    this.queues = new Queues(setUp(entries, cqEntries, setupFlags, always));
    const { memory, entryWords } = this.queues;
    this.entry = new SubmissionEntry(memory, entryWords);
  }

  /** Whether the ring refuses new operations. */
  get isClosed(): boolean {
    return this.#isClosing;
  }

  /** Whether the ring's memory and descriptor are freed. */
  get isFreed(): boolean {
    return this.queues.fd < 0;
  }

  /** The number of operations in flight that end when cancelled. */
  get cancellable(): number {
    return this.inFlight - this.#commands;
  }

  /**
   * Queues an operation and points {@linkcode Core.entry} at its submission. A
   * full queue is first handed to the kernel.
   *
   * @param flags `IOSQE_*`.
   * @param held The memory to keep alive until the operation completes.
   */
  prepare(
    opcode: number,
    flags: number,
    fd: number,
    owner: Owner,
    held: unknown,
  ): SubmissionEntry {
    if (this.#isClosing) throw new SyscallError("io_uring_enter", EBADF);
    this.#makeRoom();
    const slot = this.#free.pop() ?? this.#newSlot();
    this.#owners[slot] = owner;
    this.#held[slot] = held;
    this.#opcodes[slot] = opcode;
    this.inFlight++;
    if (opcode === IORING_OP_URING_CMD) this.#commands++;
    const generation = this.#generations[slot]!;
    const at = this.queues.push();
    beginEntry(this.entry, at, opcode, flags, fd, slot, generation);
    return this.entry;
  }

  #makeRoom(): void {
    const { queues } = this;
    if (queues.queued < queues.entries) return;
    queues.submit();
    if (queues.queued === queues.entries) {
      throw new SyscallError("io_uring_enter", EBUSY);
    }
  }

  #newSlot(): number {
    const slot = this.#owners.length;
    if (slot === SLOTS_MAX) {
      throw new RangeError(
        `Cannot have more than ${SLOTS_MAX} operations in flight`,
      );
    }
    this.#generations.push(0);
    return slot;
  }

  /** Queues the cancellation of an operation, unless it has completed. */
  cancel(id: number): void {
    const slot = id % SLOTS_MAX;
    const generation = Math.floor(id / SLOTS_MAX);
    if (this.#owners[slot] === undefined) return;
    if (this.#generations[slot] === generation) this.#cancel(slot);
  }

  #cancel(slot: number): void {
    this.#makeRoom();
    const at = this.queues.push();
    beginEntry(this.entry, at, IORING_OP_ASYNC_CANCEL, 0, -1, NO_SLOT, 0);
    // The user data of the operation, which may exceed 2^53.
    this.entry.address = BigInt(this.#generations[slot]!) << 32n |
      BigInt(slot);
  }

  /**
   * Delivers all available completions to their owners.
   *
   * @returns The number of completions.
   */
  complete(onCompletion: OnCompletion): number {
    const { queues } = this;
    let count = 0;
    try {
      while (queues.fd >= 0 && queues.take()) {
        if (queues.slot === NO_SLOT) continue;
        count++;
        this.#finish(queues.slot, queues.result, queues.flags, onCompletion);
      }
    } finally {
      if (queues.fd >= 0) queues.free();
    }
    return count;
  }

  #finish(
    slot: number,
    result: number,
    flags: number,
    onCompletion: OnCompletion,
  ): void {
    const owner = this.#owners[slot]!;
    if ((flags & IORING_CQE_F_MORE) === 0) this.#release(slot);
    deliver(owner, result, flags, onCompletion);
  }

  #release(slot: number): void {
    this.#owners[slot] = undefined;
    this.#held[slot] = undefined;
    this.#generations[slot] = this.#generations[slot]! + 1 & 0x7fffffff;
    this.#free.push(slot);
    this.inFlight--;
    if (this.#opcodes[slot] === IORING_OP_URING_CMD) this.#commands--;
  }

  /**
   * Removes the submissions that the kernel has not taken; returns their
   * owners.
   */
  takeBack(): Owner[] {
    const slots = this.queues.takeBack().filter((slot) => slot !== NO_SLOT);
    return slots.map((slot) => {
      const owner = this.#owners[slot]!;
      this.#release(slot);
      return owner;
    });
  }

  /**
   * Waits on a thread of the runtime's pool until there is a completion, or the
   * ring is freed.
   */
  async sleep(): Promise<void> {
    const { queues } = this;
    const waker = this.#eventfd ??= this.#registerEventfd();
    queues.enableEventfd();
    // The eventfd missed the completions that came while it was disabled.
    queues.getEvents();
    queues.runDeferred(this.inFlight);
    if (!queues.hasCompletion) {
      this.#isAsleep = true;
      await libc().pollAsync(pollfdOf(waker.fd), 1n, -1);
      this.#isAsleep = false;
    }
    if (this.isFreed) waker.close();
    else {
      queues.disableEventfd();
      libc().read(waker.fd, new Uint8Array(8), 8n);
    }
  }

  #registerEventfd(): HostFd {
    const waker = eventfd(0, EFD_NONBLOCK);
    try {
      const fds = new Int32Array([waker.fd]);
      register(this.queues.fd, IORING_REGISTER_EVENTFD, fds, 1);
      return waker;
    } catch (error) {
      waker.close();
      throw error;
    }
  }

  /**
   * Starts to close the ring: refuses new operations, and cancels those in
   * flight.
   */
  beginClose(onCompletion: OnCompletion): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    const owners = this.takeBack();
    for (const [slot, owner] of this.#owners.entries()) {
      if (owner !== undefined) this.#cancel(slot);
    }
    this.queues.submit();
    fail(owners, ECANCELED, onCompletion);
  }

  /** Closes the ring once the kernel no longer uses any memory. */
  close(onCompletion: OnCompletion): void {
    this.beginClose(onCompletion);
    while (!this.isFreed && this.cancellable > 0) {
      this.queues.submit(1);
      this.complete(onCompletion);
    }
    this.free();
  }

  /** Frees the ring; no operation that can be cancelled may be in flight. */
  free(): void {
    if (this.isFreed) return;
    if (this.inFlight > 0) abandoned.add([this.#held, this.registered]);
    this.queues.close();
    if (this.#isAsleep) eventfdWrite(this.#eventfd!.fd, 1);
    else this.#eventfd?.close();
  }
}

function deliver(
  owner: Owner,
  result: number,
  flags: number,
  onCompletion: OnCompletion,
): void {
  if (typeof owner === "number") onCompletion(owner, result, flags);
  else owner.complete(result, flags);
}

/**
 * Delivers an error to all owners, then throws the first error that an owner
 * threw.
 */
export function fail(
  owners: readonly Owner[],
  errno: number,
  onCompletion: OnCompletion,
): void {
  const thrown: unknown[] = [];
  for (const owner of owners) {
    try {
      deliver(owner, -errno, 0, onCompletion);
    } catch (error) {
      thrown.push(error);
    }
  }
  if (thrown.length > 0) throw thrown[0];
}

/** Returns a `struct pollfd` that waits for POLLIN. */
function pollfdOf(fd: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(POLLFD.size));
  view.setInt32(POLLFD.offset.fd, fd, true);
  view.setInt16(POLLFD.offset.events, POLLIN, true);
  return new Uint8Array(view.buffer);
}
