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

/** Most submissions are alone: the answer to one request. */
const SUBMISSIONS = 64;
/** How many entries a queue begins with, and how many it has at most. */
const MIN_ENTRIES = 16;
const MAX_ENTRIES = 1024;
/** After how many requests the device is looked at, while they keep coming. */
const LOOK_EVERY = 32;
/** Which completion says that the device has something; the rest are entries. */
const DEVICE = -1;

/** Those whose memory the kernel may still use, whoever has forgotten them. */
const running = new Set<UringDevice>();

/**
 * An open `/dev/fuse` whose requests come through io_uring: one system call
 * answers one and fetches the next. Linux 6.14.
 *
 * Each CPU has a queue for the requests that are made on it, and each queue has
 * entries: memory that holds one request until it is answered. A queue gets as
 * many again whenever handlers keep half of them. A request that finds none
 * waits until another one of its queue is answered: new entries are for those
 * that come later. The kernel takes the entry that was used last, so of many
 * only as much memory is in use as there are requests at a time.
 *
 * The rest still goes through the device: INIT, FORGET, INTERRUPT, and what the
 * server sends unasked. So does everything until {@linkcode start}. Nobody
 * waits for a FORGET: while requests come, the device is looked at now and
 * then; only a server that is going to wait has the ring tell of it.
 */
export class UringDevice implements Channel {
  readonly #device: Device;
  readonly #ring: RawRing;
  /** What the ring knows the device by. */
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
  /** Those of requests that were read before and are not answered. */
  readonly #held = new Map<number, UringEntry>();
  /** An INTERRUPT, and how many arrived before it. */
  #interrupt: Uint8Array<ArrayBuffer> | undefined;
  #ahead = 0;
  #isDeviceReady = false;
  #isDeviceWatched = false;
  #sinceDevice = 0;
  #isStarted = false;
  #isClosed = false;
  /** Ends when the kernel has done with the ring, some time after its close. */
  readonly #ringEnd: HostFd;
  #ringClosed: Promise<void> | undefined;
  lentFrame: Frame | undefined;

  /**
   * Makes a ring; nothing is in it yet.
   *
   * @throws {SyscallError} As `RawRing`, where io_uring may not be used.
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
   * Lends the kernel the first entries: from then on requests come here.
   *
   * @param response The answer to INIT, which says how large requests get.
   * @param pageSize In bytes.
   * @returns Whether the kernel took them. Otherwise all goes through the
   * device, for good.
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
    // The kernel begins once each queue has an entry, and not before.
    const ready = this.#entries.filter(({ isDead }) => !isDead);
    this.#isStarted = new Set(ready.map(({ queue }) => queue)).size ===
      this.#queues.length;
    if (!this.#isStarted) this.#ringClosed = this.#closeRing();
    return this.#isStarted;
  }

  /** Lends the kernel more entries. */
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
      // The device knows whether this is the end.
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

  /** Keeps an INTERRUPT until what it may be about has been read. */
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

  /** Keeps the entry whose request was read last and is answered later. */
  #setAside(): void {
    const entry = this.#last;
    if (entry === undefined) return;
    this.#last = undefined;
    if (entry.opcode === FUSE_NOTIFY_REPLY) {
      // Nobody answers it, but its entry is wanted back.
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

  /** Returns the entry of a request that is answered now. */
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
   * Has the ring tell when the device has something.
   *
   * @returns Whether there is something to read already.
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
    // Who asks between this and the next line gets ECANCELED, all others
    // ECONNABORTED.
    this.#ring._exchange();
    this.#ring.close();
    using end = this.#ringEnd;
    await libc().pollAsync(pollfds(end.fd), 1n, -1);
    running.delete(this);
  }
}

/**
 * Returns a channel that can use io_uring, or the same one if it is no device,
 * or this process may not use io_uring.
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
