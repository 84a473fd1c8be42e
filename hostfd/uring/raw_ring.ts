import {
  badNumber,
  checkCount,
  checkNumber,
  showState,
} from "../../ffi/internal.ts";
import { toInt } from "../_arguments.ts";
import { Core, type Owner } from "./_core.ts";
import {
  registerBuffers,
  registerFiles,
  unregisterBuffers,
  unregisterFiles,
} from "./_register.ts";
import { Watch } from "./_watch.ts";
import { IOSQE_FIXED_FILE } from "./constants_io_uring.ts";
import {
  indexOf,
  type RegisteredBuffer,
  type RegisteredFile,
} from "./registered.ts";
import {
  checkRingOptions,
  ignore,
  type OnCompletion,
  type RingOptions,
} from "./ring_options.ts";
import type { SubmissionEntry } from "./submission_entry.ts";

/** The largest opcode: its field has one byte. */
const OPCODE_MAX = 0xff;

/** Closes rings that are collected without having been closed. */
const registry = new FinalizationRegistry<Core>((core) => core.close(ignore));

/**
 * An io_uring(7) whose caller fills in the submissions and receives results as
 * numbers, without an allocation for each operation. Linux 5.6 or newer.
 *
 * A ring belongs to the thread that created it. Completions arrive on the event
 * loop ({@linkcode RawRing.submit}), or a server that owns its thread waits for
 * them ({@linkcode RawRing.submitAndWait}).
 *
 * The kernel reads and writes memory while an operation is in flight. The ring
 * keeps the memory alive, but cannot keep it in place: until the operation has
 * completed, do not transfer, detach or unmap its buffer.
 *
 * @example Read two parts of a file at once
 * ```ts ignore
 * import assert from "node:assert/strict";
 * import { addressOf } from "@hostkit/hostkit/ffi";
 * import { HostFd } from "@hostkit/hostkit/hostfd";
 * import { IORING_OP_READ, RawRing } from "@hostkit/hostkit/hostfd/uring";
 * import { memfdCreate } from "@hostkit/hostkit/posix";
 *
 * using file = new HostFd(memfdCreate("file", 0));
 * file.writeSync(new TextEncoder().encode("hello world"));
 * const parts = [0, 6].map((offset) => ({ offset, bytes: new Uint8Array(5) }));
 *
 * const results: number[] = [];
 * using ring = new RawRing({
 *   onCompletion: (token, result) => results[token] = result,
 * });
 * for (const [token, { offset, bytes }] of parts.entries()) {
 *   const entry = ring.prepare(IORING_OP_READ, file.fd, token, bytes);
 *   entry.address = addressOf(bytes.buffer);
 *   entry.length = bytes.length;
 *   entry.offset = offset;
 * }
 * ring.submitAndWait(2);
 * assert.deepEqual(results, [5, 5]);
 * assert.equal(new TextDecoder().decode(parts[1]!.bytes), "world");
 * ```
 */
export class RawRing implements Disposable, AsyncDisposable {
  static {
    showState(this, ({ fd, entries, inFlight }) => ({ fd, entries, inFlight }));
  }

  readonly #core: Core;
  readonly #onCompletion: OnCompletion;
  readonly #watch: Watch;
  #waiting: Promise<void> | undefined;

  /**
   * Creates a ring.
   *
   * @param options The size of the queues, and a callback for completions.
   * @throws {SyscallError} `ENOSYS` and `EPERM` if the kernel, its settings or
   * a filter forbid io_uring (the message says which); `EINVAL` for too many
   * entries, or flags that this kernel does not support; `ENOMEM`; `EMFILE`.
   * @throws {RangeError} If a number is not a 32-bit integer, or `setupFlags`
   * has another flag.
   */
  constructor(options: RingOptions = {}) {
    const checked = checkRingOptions(options);
    this.#core = new Core(checked);
    this.#onCompletion = checked.onCompletion;
    this.#watch = new Watch(this, this.#core, this.#onCompletion);
    registry.register(this, this.#core, this);
  }

  /** The ring's descriptor; -1 once closed. */
  get fd(): number {
    return this.#core.queues.fd;
  }

  /** The capacity of the submission queue. */
  get entries(): number {
    return this.#core.queues.entries;
  }

  /** The capacity of the completion queue. */
  get cqEntries(): number {
    return this.#core.queues.cqEntries;
  }

  /** The most bytes of data of a driver's command: 16 or 80. */
  get commandLength(): number {
    return this.#core.entry.commandLength;
  }

  /** The number of operations that are queued or in the kernel. */
  get inFlight(): number {
    return this.#core.inFlight;
  }

  /**
   * Queues an operation; the caller must fill in the other fields at once.
   *
   * A full queue is first handed to the kernel; for linked operations see
   * {@linkcode RawRing.reserve}.
   *
   * @param opcode An `IORING_OP_*`.
   * @param file The descriptor, or the registered file; -1 for none.
   * @param token The number that `onCompletion` receives.
   * @param held The memory whose address the submission carries; it is kept
   * alive until the operation has completed.
   * @returns The submission, valid until the next is queued.
   * @throws {SyscallError} `EBADF` once closed; `EBUSY` and `EAGAIN` if the
   * kernel accepts no more until some operations complete.
   */
  prepare(
    opcode: number,
    file: number | RegisteredFile,
    token: number,
    held?: unknown,
  ): SubmissionEntry {
    if (typeof opcode !== "number" || (opcode & OPCODE_MAX) !== opcode) {
      throw badNumber("opcode", opcode, `from 0 to ${OPCODE_MAX}`);
    }
    return this._prepare(opcode, file, checkNumber("token", token), held);
  }

  /** @internal Queues an operation. */
  _prepare(
    opcode: number,
    file: number | RegisteredFile,
    owner: Owner,
    held: unknown,
  ): SubmissionEntry {
    return typeof file === "number"
      ? this.#core.prepare(opcode, 0, toInt("file", file), owner, held)
      : this.#core
        .prepare(opcode, IOSQE_FIXED_FILE, indexOf(file), owner, held);
  }

  /**
   * @internal Schedules a submission and the delivery of completions on the
   * event loop.
   */
  _schedule(): void {
    this.#watch.schedule();
  }

  /**
   * Makes room for submissions that must go to the kernel together.
   *
   * @param count The number of submissions.
   * @throws {RangeError} If the queue is smaller.
   * @throws {SyscallError} As {@linkcode RawRing.submit}.
   */
  reserve(count: number): void {
    const { queues } = this.#core;
    if (checkCount("count", count) > queues.entries) {
      throw new RangeError(
        `Cannot link ${count} submissions: the queue has room for ${queues.entries}`,
      );
    }
    if (queues.entries - queues.queued < count) queues.submit();
  }

  /**
   * Hands the queue to the kernel; completions arrive on the event loop.
   *
   * @throws {SyscallError} `EBADF` once closed; `EBUSY` and `EAGAIN` if the
   * kernel accepts no more until some operations complete.
   */
  submit(): void {
    this.#core.queues.submit();
    this.#watch.schedule();
  }

  /**
   * Hands the queue to the kernel, waits for completions and calls
   * `onCompletion` for all of them. It blocks the whole program.
   *
   * @param minComplete The number of completions to wait for, at most that of
   * the operations in flight; 0 does not wait.
   * @returns The number of operations that completed.
   * @throws {SyscallError} As {@linkcode RawRing.submit}.
   * @throws Any error of `onCompletion`; the remaining completions follow at
   * the next call.
   */
  submitAndWait(minComplete: number = 1): number {
    if (!(checkNumber("minComplete", minComplete) >= 0)) {
      throw badNumber("minComplete", minComplete, "a number of at least 0");
    }
    const core = this.#core;
    let count = 0;
    do {
      const missing = Math.min(Math.ceil(minComplete) - count, core.inFlight);
      core.queues.submit(Math.max(missing, 0));
      count += core.complete(this.#onCompletion);
    } while (count < minComplete && core.inFlight > 0);
    return count;
  }

  /**
   * @internal Hands the queue to the kernel and delivers all completions, in
   * one system call.
   */
  _exchange(): void {
    this.#core.queues.exchange();
    this.#core.complete(this.#onCompletion);
  }

  /**
   * @internal Waits for a completion, or the ring's end, without blocking the
   * event loop.
   */
  _wait(): Promise<void> {
    return this.#waiting ??= this.#core.sleep().finally(() => {
      this.#waiting = undefined;
    });
  }

  /**
   * @internal Blocks the thread until there is a completion, or the time is
   * over; returns whether there is a completion.
   */
  _sleep(milliseconds: number): boolean {
    return this.#core.queues.sleep(milliseconds);
  }

  /**
   * Queues the cancellation of an operation. The operation still completes:
   * with `-ECANCELED`, with `-EINTR` if it had begun, or with its usual result
   * if it could not be stopped.
   *
   * @param id The submission's {@linkcode SubmissionEntry.id}; the id of a
   * completed operation has no effect.
   * @throws {SyscallError} As {@linkcode RawRing.prepare}.
   */
  cancel(id: number): void {
    this.#core.cancel(checkCount("id", id));
  }

  /**
   * Pins memory, which makes each transfer cheaper.
   *
   * @param memory Views of up to 1 GiB each; a ring has one set of buffers.
   * @returns A handle for each view, in the same order.
   * @throws {SyscallError} `EBUSY` if the ring has buffers already; `ENOMEM` if
   * RLIMIT_MEMLOCK is too low; `EFAULT`; `EINVAL` if `memory` has no view, or
   * too many; `EBADF` once closed.
   */
  registerBuffers(memory: readonly Uint8Array[]): RegisteredBuffer[] {
    return registerBuffers(this.#core, memory);
  }

  /**
   * Unpins the memory of {@linkcode RawRing.registerBuffers}. New operations
   * with it fail; operations in flight continue.
   *
   * @throws {SyscallError} `ENXIO` if none are registered; `EBADF` once closed.
   */
  unregisterBuffers(): void {
    unregisterBuffers(this.#core);
  }

  /**
   * Registers open files with the ring, which makes each operation on them
   * cheaper.
   *
   * @param fds The descriptors, which may be closed afterwards; a ring has one
   * set of files.
   * @returns The files, in the same order.
   * @throws {SyscallError} `EBUSY` if the ring has files already; `EBADF`;
   * `EINVAL` if `fds` is empty; `EMFILE` if there are too many.
   * @throws {RangeError} If a descriptor is not a 32-bit integer.
   */
  registerFiles(fds: readonly number[]): RegisteredFile[] {
    return registerFiles(this.#core, fds);
  }

  /**
   * Closes the files of {@linkcode RawRing.registerFiles}.
   *
   * @throws {SyscallError} `ENXIO` if none are registered; `EBADF` once closed.
   */
  unregisterFiles(): void {
    unregisterFiles(this.#core);
  }

  /**
   * Cancels the operations in flight, waits until they complete, and closes the
   * ring. A second call has no effect.
   *
   * It blocks the program meanwhile; `await using` does not. Most operations
   * complete with `ECANCELED`. A driver's command may never complete, and its
   * memory is never freed then: first end whatever it waits for.
   *
   * @throws Any error of `onCompletion`; call `close` again after it.
   */
  close(): void {
    this.#core.close(this.#onCompletion);
    registry.unregister(this);
  }

  /** Calls {@linkcode RawRing.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Closes the ring without blocking the program. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#core.beginClose(this.#onCompletion);
    await this.#watch.wait();
    this.close();
  }
}
