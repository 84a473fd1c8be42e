import { showState } from "../../ffi/show_state.ts";
import { SyscallError } from "../../ffi/syscall_error.ts";
import { EBADF, EINVAL } from "../../posix/constants_errno.ts";
import { toInt } from "../_arguments.ts";
import { Core, type OnCompletion, type Owner } from "./_core.ts";
import { addressOf } from "./_memory.ts";
import { register } from "./_setup.ts";
import { Watch } from "./_watch.ts";
import {
  IORING_SETUP_CLAMP,
  IORING_SETUP_COOP_TASKRUN,
  IORING_SETUP_DEFER_TASKRUN,
  IORING_SETUP_SINGLE_ISSUER,
  IORING_SETUP_SUBMIT_ALL,
  IORING_SETUP_TASKRUN_FLAG,
  IOSQE_FIXED_FILE,
} from "./constants_io_uring.ts";
import { RegisteredBuffer, RegisteredFile } from "./registered.ts";
import type { SubmissionEntry } from "./submission_entry.ts";

// linux/io_uring.h
const IORING_REGISTER_BUFFERS = 0;
const IORING_UNREGISTER_BUFFERS = 1;
const IORING_REGISTER_FILES = 2;
const IORING_UNREGISTER_FILES = 3;

/** Flags that change nothing about how a ring is used. */
const SETUP_FLAGS = IORING_SETUP_CLAMP | IORING_SETUP_SUBMIT_ALL |
  IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG |
  IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;

const DEFAULT_ENTRIES = 256;

/** What a ring may be told. */
export interface RingOptions {
  /**
   * How many submissions fit, up to 32,768; rounded up to a power of two. Any
   * number of operations may be in flight.
   */
  entries?: number;
  /** How many completions fit; twice as many by default. The kernel keeps what does not. */
  cqEntries?: number;
  /** Whether submissions are 128 bytes long, as commands of FUSE and NVMe are. */
  sqe128?: boolean;
  /**
   * `IORING_SETUP_*`: any of `CLAMP`, `SUBMIT_ALL`, `COOP_TASKRUN`, `TASKRUN_FLAG`,
   * `SINGLE_ISSUER` and `DEFER_TASKRUN`. By default those of Linux 6.1 that suit
   * a ring with one thread, and none where the kernel does not know them all.
   */
  setupFlags?: number;
  /** Called for each completion of what {@linkcode RawRing.prepare} queued. */
  onCompletion?: OnCompletion;
}

/** Rings that are dropped without being closed still are, some time. */
const registry = new FinalizationRegistry<Core>((core) => core.close(ignore));

function ignore(): void {}

function toCount(name: string, value: number): number {
  if (value >>> 0 !== value) {
    throw new RangeError(`Cannot use ${value} as ${name}: not 32 bits`);
  }
  return value;
}

/**
 * An io_uring(7) for those who fill in submissions themselves, and want numbers
 * back: nothing is allocated for an operation. Linux 5.6 or newer.
 *
 * A ring belongs to the thread that made it. Either the event loop brings its
 * completions ({@linkcode RawRing.submit}), or a server that owns its thread
 * waits for them ({@linkcode RawRing.submitAndWait}).
 *
 * The kernel reads and writes memory while an operation is in flight. The ring
 * keeps it alive, but cannot keep it in place: do not transfer or detach its
 * buffer, and do not unmap it, until the operation has completed.
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
   * Makes a ring.
   *
   * @param options Its size, and who is told of completions.
   * @throws {SyscallError} `ENOSYS` and `EPERM` if the kernel, its settings or a
   * filter refuse io_uring: the message names which; `EINVAL` for too many
   * entries, or flags that this kernel does not know; `ENOMEM`; `EMFILE`.
   * @throws {RangeError} If a number is not one of 32 bits, or a flag is none of
   * those named.
   */
  constructor(options: RingOptions = {}) {
    const {
      entries = DEFAULT_ENTRIES,
      cqEntries = 0,
      sqe128 = false,
      setupFlags,
      onCompletion = ignore,
    } = options;
    if (((setupFlags ?? 0) & ~SETUP_FLAGS) !== 0) {
      throw new RangeError(`Cannot set a ring up with flags ${setupFlags}`);
    }
    this.#core = new Core(
      toCount("entries", entries),
      toCount("cqEntries", cqEntries),
      sqe128,
      setupFlags,
    );
    this.#onCompletion = onCompletion;
    this.#watch = new Watch(this, this.#core, onCompletion);
    registry.register(this, this.#core, this);
  }

  /** The ring's descriptor; -1 once closed. */
  get fd(): number {
    return this.#core.queues.fd;
  }

  /** How many submissions fit. */
  get entries(): number {
    return this.#core.queues.entries;
  }

  /** How many completions fit. */
  get cqEntries(): number {
    return this.#core.queues.cqEntries;
  }

  /** How many bytes the data of a driver's command has at most: 16 or 80. */
  get commandLength(): number {
    return this.#core.entry.commandLength;
  }

  /** How many operations have been queued and have not completed. */
  get inFlight(): number {
    return this.#core.inFlight;
  }

  /**
   * Queues an operation, whose other fields the caller fills in at once.
   *
   * Where the queue is full, the kernel first gets what is in it: see
   * {@linkcode RawRing.reserve} for operations that are linked.
   *
   * @param opcode An `IORING_OP_*`.
   * @param file The descriptor, or the registered file; -1 for none.
   * @param token What `onCompletion` is told.
   * @param held The memory that the submission tells the address of, kept alive
   * until the operation has completed.
   * @returns The submission, valid until the next is queued.
   * @throws {SyscallError} `EBADF` once closed; `EBUSY` and `EAGAIN` if the kernel
   * takes no more before some have completed.
   */
  prepare(
    opcode: number,
    file: number | RegisteredFile,
    token: number,
    held?: unknown,
  ): SubmissionEntry {
    return this._prepare(opcode, file, token, held);
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
      : this.#core.prepare(opcode, IOSQE_FIXED_FILE, file.index, owner, held);
  }

  /** @internal Lets the event loop submit soon, and complete. */
  _schedule(): void {
    this.#watch.schedule();
  }

  /**
   * Makes room for submissions that must go to the kernel together.
   *
   * @param count How many.
   * @throws {RangeError} If the queue is smaller.
   * @throws {SyscallError} As {@linkcode RawRing.submit}.
   */
  reserve(count: number): void {
    const { queues } = this.#core;
    if (count > queues.entries) {
      throw new RangeError(`Cannot link ${count}: ${queues.entries} fit`);
    }
    if (queues.entries - queues.queued < count) queues.submit();
  }

  /**
   * Hands what is queued to the kernel; the event loop brings the completions.
   *
   * @throws {SyscallError} `EBADF` once closed; `EBUSY` and `EAGAIN` if the kernel
   * takes no more before some have completed.
   */
  submit(): void {
    this.#core.queues.submit();
    this.#watch.schedule();
  }

  /**
   * Hands what is queued to the kernel, waits for completions and calls
   * `onCompletion` for all that there are. It holds up the whole program.
   *
   * @param minComplete How many to wait for: all in flight at most, 0 to wait for
   * none.
   * @returns How many operations completed.
   * @throws {SyscallError} As {@linkcode RawRing.submit}.
   * @throws Whatever `onCompletion` throws; the rest completes at the next call.
   */
  submitAndWait(minComplete: number = 1): number {
    const core = this.#core;
    let count = 0;
    do {
      const missing = Math.min(minComplete - count, core.inFlight);
      core.queues.submit(Math.max(missing, 0));
      count += core.complete(this.#onCompletion);
    } while (count < minComplete && core.inFlight > 0);
    return count;
  }

  /**
   * @internal Hands what is queued to the kernel and takes all completions, in
   * one system call.
   */
  _exchange(): void {
    this.#core.queues.exchange();
    this.#core.complete(this.#onCompletion);
  }

  /** @internal Waits beside the event loop for a completion, or the end. */
  _wait(): Promise<void> {
    return this.#waiting ??= this.#core.sleep().finally(() => {
      this.#waiting = undefined;
    });
  }

  /**
   * @internal Blocks the thread until there is a completion, but not for ever;
   * returns whether there is one.
   */
  _sleep(milliseconds: number): boolean {
    return this.#core.queues.sleep(milliseconds);
  }

  /**
   * Queues the cancelling of an operation. It completes all the same: with
   * `-ECANCELED`, or with `-EINTR` if it had begun, or as if nothing had been
   * if it could not be stopped.
   *
   * @param id The submission's {@linkcode SubmissionEntry.id}; that of an
   * operation that has completed does nothing.
   * @throws {SyscallError} As {@linkcode RawRing.prepare}.
   */
  cancel(id: number): void {
    this.#core.cancel(id);
  }

  /**
   * Pins memory, which makes each transfer of it cheaper.
   *
   * @param memory Views, each of up to 1 GiB; a ring has one set of them.
   * @returns The same memory for transfers, in the same order.
   * @throws {SyscallError} `EBUSY` if there is a set; `ENOMEM` if RLIMIT_MEMLOCK is
   * too low; `EFAULT`; `EINVAL` if there is none, or too many; `EBADF` once closed.
   */
  registerBuffers(memory: readonly Uint8Array[]): RegisteredBuffer[] {
    const core = this.#core;
    const iovecs = new BigUint64Array(
      memory.flatMap((view) => [
        BigInt(addressOf(view)),
        BigInt(view.byteLength),
      ]),
    );
    this.#register(IORING_REGISTER_BUFFERS, iovecs, memory.length);
    core.registered = memory;
    return memory.map((view, i) =>
      new RegisteredBuffer(view, i, addressOf(view))
    );
  }

  /**
   * Unpins what {@linkcode RawRing.registerBuffers} pinned. Operations with it
   * fail from then on; those in flight go on.
   *
   * @throws {SyscallError} `ENXIO` if nothing is registered; `EBADF` once closed.
   */
  unregisterBuffers(): void {
    this.#register(IORING_UNREGISTER_BUFFERS, null, 0);
    this.#core.registered = undefined;
  }

  /**
   * Has the ring keep files open, which makes each operation on them cheaper.
   *
   * @param fds Their descriptors, which may be closed afterwards; a ring has one
   * set of files.
   * @returns The files, in the same order.
   * @throws {SyscallError} `EBUSY` if there is a set; `EBADF`; `EINVAL` if there is
   * none; `EMFILE` if they are too many.
   * @throws {RangeError} If a descriptor is not a 32-bit integer.
   */
  registerFiles(fds: readonly number[]): RegisteredFile[] {
    const words = Int32Array.from(fds, (fd) => toInt("fd", fd));
    this.#register(IORING_REGISTER_FILES, words, fds.length);
    return fds.map((_, i) => new RegisteredFile(i));
  }

  /**
   * Closes what {@linkcode RawRing.registerFiles} registered.
   *
   * @throws {SyscallError} `ENXIO` if nothing is registered; `EBADF` once closed.
   */
  unregisterFiles(): void {
    this.#register(IORING_UNREGISTER_FILES, null, 0);
  }

  #register(
    opcode: number,
    memory: ArrayBufferView | null,
    count: number,
  ): void {
    // Kernels differ about -1, and about no memory.
    const errno = this.#core.isClosed ? EBADF : EINVAL;
    if (errno === EBADF || memory !== null && count === 0) {
      throw new SyscallError("io_uring_register", errno);
    }
    register(this.fd, opcode, memory, count);
  }

  /**
   * Cancels what is in flight, waits until the kernel is done with it, and closes
   * the ring. A second call is harmless.
   *
   * It holds up the program meanwhile: `await using` does not. What is in flight
   * completes first, most of it with `ECANCELED`. Commands of drivers need not:
   * their memory is never freed then, so end first what they wait for.
   *
   * @throws Whatever `onCompletion` throws; call it again then.
   */
  close(): void {
    this.#core.close(this.#onCompletion);
    registry.unregister(this);
  }

  /** Calls {@linkcode RawRing.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Closes the ring, and lets the program go on meanwhile. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#core.beginClose(this.#onCompletion);
    await this.#watch.wait();
    this.close();
  }
}
