import { libc } from "../../ffi/internal.ts";
import { addressOf, SyscallError } from "../../ffi/mod.ts";
import { type HostFd, pipe, POLLIN } from "../../hostfd/mod.ts";
import {
  IORING_OP_POLL_ADD,
  IORING_OP_URING_CMD,
  RawRing,
  type RegisteredFile,
} from "../../hostfd/uring/mod.ts";
import { FUSE_OUT_HEADER } from "../abi/internal.ts";
import {
  FUSE_INTERRUPT,
  FUSE_IO_URING_CMD_COMMIT_AND_FETCH,
  FUSE_IO_URING_CMD_REGISTER,
  FUSE_MIN_READ_BUFFER,
  FUSE_NOTIFY_REPLY,
} from "../abi/mod.ts";
import { type Frame, type Notification, Reply } from "../message/internal.ts";
import type { InitResponse } from "../message/mod.ts";
import type { Channel } from "./channel.ts";
import { Device } from "./device.ts";
import { pollfds } from "./pollfd.ts";
import { possibleCpus } from "./possible_cpus.ts";
import { keyOf, UringEntry, type UringQueue } from "./uring_entry.ts";

const { unique: UNIQUE } = FUSE_OUT_HEADER.offset;

/** The size of the submission queue; most submissions come singly. */
const SUBMISSIONS = 64;
/** The number of entries that a queue starts with, and the most it gets. */
const MIN_ENTRIES = 16;
const MAX_ENTRIES = 1024;
/** The number of requests between two reads of the device. */
const LOOK_EVERY = 32;
/** The token of completions for the device; all other tokens are entries. */
const DEVICE = -1;

/**
 * Devices whose memory the kernel may still use: not to be garbage collected.
 */
const running = new Set<UringDevice>();

/**
 * An open `/dev/fuse` whose requests come through io_uring: one system call
 * answers one and fetches the next. Linux 6.14.
 *
 * Each CPU has a queue for the requests that are made on it, and each queue has
 * entries: memory that holds one request until it is answered. A queue doubles
 * its entries whenever handlers hold half of them. A request that finds no free
 * entry waits until another request of its queue is answered; new entries serve
 * later requests only. The kernel reuses the entry that was used last, so
 * memory in use grows only with the number of concurrent requests.
 *
 * INIT, FORGET, INTERRUPT and notifications still go through the device, as
 * does everything before {@linkcode start}. No caller waits for a FORGET, so
 * while requests arrive, the device is read only now and then. Before the
 * server waits, it has the ring poll the device.
 */
export class UringDevice implements Channel {
  readonly #device: Device;
  readonly #ring: RawRing;
  /** The device, as registered with the ring. */
  readonly #file: RegisteredFile;
  readonly #queues: readonly UringQueue[];
  readonly #entries: UringEntry[] = [];
  #payloadSize = 0;
  /** Entries whose requests have arrived; `#next` is the first not read. */
  readonly #arrived: UringEntry[] = [];
  #next = 0;
  #end = 0;
  /** The entry whose request was read last, unless it has been answered. */
  #last: UringEntry | undefined;
  /** The entries of earlier requests that have not been answered. */
  readonly #held = new Map<number, UringEntry>();
  /** An INTERRUPT, and the number of requests that arrived before it. */
  #interrupt: Uint8Array<ArrayBuffer> | undefined;
  #ahead = 0;
  #isDeviceReady = false;
  #isDeviceWatched = false;
  #sinceDevice = 0;
  #isStarted = false;
  #isClosed = false;
  /** Signals that the kernel has finished with the ring, after its close. */
  readonly #ringEnd: HostFd;
  #ringClosed: Promise<void> | undefined;
  lentFrame: Frame | undefined;

  /**
   * Makes an empty ring.
   *
   * @throws {SyscallError} As `RawRing`, if io_uring is not permitted.
   */
  constructor(device: Device) {
    this.#device = device;
    this.#queues = Array.from(
      { length: possibleCpus() },
      (_, id) => ({ id, size: 0, held: 0 }),
    );
    using stack = new DisposableStack();
    const [reader, writer] = pipe();
    this.#ringEnd = stack.use(reader);
    using _writer = writer;
    this.#ring = stack.use(
      new RawRing({
        entries: SUBMISSIONS,
        sqe128: true,
        onCompletion: (token, result) => this.#complete(token, result),
      }),
    );
    const [file] = this.#ring.registerFiles([device.fd, writer.fd]);
    this.#file = file!;
    stack.move();
  }

  /**
   * Gives the kernel the first entries: from then on it uses the ring.
   *
   * @param response The answer to INIT, which limits the size of requests.
   * @param pageSize The page size in bytes.
   * @returns Whether the kernel accepted the entries. Otherwise all requests
   * keep going through the device.
   */
  start({ maxWrite, maxPages }: InitResponse, pageSize: number): boolean {
    this.#payloadSize = Math.max(
      FUSE_MIN_READ_BUFFER,
      maxWrite,
      maxPages * pageSize,
    );
    running.add(this);
    for (const queue of this.#queues) this.#grow(queue, MIN_ENTRIES);
    this.#ring._exchange();
    // The kernel uses the ring only once each queue has an entry.
    const ready = this.#entries.filter(({ isDead }) => !isDead);
    this.#isStarted = new Set(ready.map(({ queue }) => queue)).size ===
      this.#queues.length;
    if (!this.#isStarted) this.#ringClosed = this.#closeRing();
    return this.#isStarted;
  }

  /** Gives the kernel more entries. */
  #grow(queue: UringQueue, count: number): void {
    queue.size += count;
    for (let i = 0; i < count; i++) {
      const token = this.#entries.length;
      const entry = new UringEntry(queue, token, this.#payloadSize);
      this.#entries.push(entry);
      const iovecs = entry.iovecs();
      const submission = this.#ring.prepare(
        IORING_OP_URING_CMD,
        this.#file,
        token,
        iovecs,
      );
      submission.commandOp = FUSE_IO_URING_CMD_REGISTER;
      submission.address = addressOf(iovecs);
      submission.length = 2;
      entry.command(submission);
    }
  }

  #complete(token: number, result: number): void {
    if (token === DEVICE) {
      this.#isDeviceReady = true;
      this.#isDeviceWatched = false;
      return;
    }
    const entry = this.#entries[token]!;
    if (result >= 0) this.#arrived[this.#end++] = entry;
    else {
      // Reading the device tells whether the session has ended.
      entry.isDead = true;
      this.#isDeviceReady = true;
    }
  }

  get isNotifying(): boolean {
    return this.#device.isNotifying;
  }

  isUnmounted(frame: Frame): boolean {
    return this.#device.isUnmounted(frame);
  }

  read(frame: Frame): boolean | undefined {
    this.lentFrame = undefined;
    if (!this.#isStarted) return this.#device.read(frame);
    if (this.#isClosed) return undefined;
    this.#setAside();
    for (;;) {
      if (this.#interrupt !== undefined) {
        if (this.#ahead-- === 0) return this.#deliverInterrupt(frame);
      } else if (this.#isDeviceReady || this.#sinceDevice > LOOK_EVERY) {
        this.#sinceDevice = 0;
        const ready = this.#device.read(frame);
        if (ready === undefined) return undefined;
        this.#isDeviceReady = ready;
        if (ready && !this.#postpone(frame)) return true;
      }
      if (this.#next < this.#end) {
        const entry = this.#arrived[this.#next++]!;
        this.#sinceDevice++;
        this.#last = entry;
        this.lentFrame = entry.request();
        return true;
      }
      this.#next = this.#end = 0;
      if (this.#ring.submitAndWait(0) === 0) return false;
    }
  }

  /** Keeps an INTERRUPT until the request that it may target has been read. */
  #postpone(frame: Frame): boolean {
    const ahead = this.#end - this.#next;
    if (frame.opcode !== FUSE_INTERRUPT || ahead === 0) return false;
    this.#interrupt = frame.bytes.slice(0, frame.length);
    this.#ahead = ahead;
    return true;
  }

  #deliverInterrupt(frame: Frame): true {
    frame.bytes.set(this.#interrupt!);
    frame.length = this.#interrupt!.length;
    this.#interrupt = undefined;
    return true;
  }

  /** Keeps the entry of the last request, which is answered later. */
  #setAside(): void {
    const entry = this.#last;
    if (entry === undefined) return;
    this.#last = undefined;
    if (entry.opcode === FUSE_NOTIFY_REPLY) {
      // This request needs no answer, but its entry must be freed.
      return this.#commit(entry, new Reply(0));
    }
    const { queue } = entry;
    this.#held.set(entry.key, entry);
    if (2 * ++queue.held >= queue.size) {
      this.#grow(queue, Math.min(queue.size, MAX_ENTRIES - queue.size));
    }
  }

  get lentReply(): Reply | undefined {
    return this.#last?.reply;
  }

  write(reply: Reply): boolean {
    if (!this.#isStarted) return this.#device.write(reply);
    if (this.#isClosed) return false;
    const { view } = reply;
    const entry = this.#take(
      keyOf(view.getUint32(UNIQUE, true), view.getUint32(UNIQUE + 4, true)),
    );
    if (entry === undefined) return this.#device.write(reply);
    this.#commit(entry, reply);
    return !entry.isDead;
  }

  /** Removes and returns the entry of a request that is answered now. */
  #take(key: number): UringEntry | undefined {
    if (this.#last?.key === key) {
      const entry = this.#last;
      this.#last = undefined;
      return entry;
    }
    const entry = this.#held.get(key);
    if (entry !== undefined) {
      this.#held.delete(key);
      entry.queue.held--;
    }
    return entry;
  }

  /** Answers a request and fetches the next. */
  #commit(entry: UringEntry, reply: Reply): void {
    entry.answer(reply);
    const submission = this.#ring.prepare(
      IORING_OP_URING_CMD,
      this.#file,
      entry.token,
    );
    submission.commandOp = FUSE_IO_URING_CMD_COMMIT_AND_FETCH;
    entry.command(submission);
    this.#ring._exchange();
  }

  /**
   * Has the ring poll the device.
   *
   * @returns Whether the device is readable already.
   */
  #watchDevice(): boolean {
    if (!this.#isDeviceWatched && !this.#isDeviceReady) {
      this.#isDeviceWatched = true;
      const submission = this.#ring.prepare(
        IORING_OP_POLL_ADD,
        this.#file,
        DEVICE,
      );
      submission.opFlags = POLLIN;
      this.#ring._exchange();
    }
    return this.#isDeviceReady || this.#next < this.#end;
  }

  wait(): Promise<void> {
    if (!this.#isStarted) return this.#device.wait();
    return this.#isClosed || this.#watchDevice()
      ? Promise.resolve()
      : this.#ring._wait();
  }

  sleep(milliseconds: number): boolean {
    if (!this.#isStarted) return this.#device.sleep(milliseconds);
    return this.#isClosed || this.#watchDevice() ||
      this.#ring._sleep(milliseconds);
  }

  notify(message: Notification): Promise<number> {
    return this.#device.notify(message);
  }

  notified(): Promise<unknown> {
    return this.#device.notified();
  }

  openBacking(fd: number): number {
    return this.#device.openBacking(fd);
  }

  closeBacking(id: number): void {
    this.#device.closeBacking(id);
  }

  /** Closes the ring and the device, once the kernel is done with both. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await (this.#ringClosed ??= this.#closeRing());
    await this.#device.close();
  }

  async #closeRing(): Promise<void> {
    // A request made between this and the next line gets ECANCELED; all other
    // requests get ECONNABORTED.
    this.#ring._exchange();
    this.#ring.close();
    using end = this.#ringEnd;
    await libc().pollAsync(pollfds(end.fd), 1n, -1);
    running.delete(this);
  }
}

/**
 * Returns a channel that can use io_uring; the given channel if it is not a
 * device, or if this process may not use io_uring.
 */
export function overIoUring(channel: Channel): Channel {
  if (!(channel instanceof Device)) return channel;
  try {
    return new UringDevice(channel);
  } catch (error) {
    if (error instanceof SyscallError) return channel;
    throw error;
  }
}
