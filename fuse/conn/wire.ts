import { type Channel, readSource } from "../channel/internal.ts";
import {
  Frame,
  type Notification,
  Reply,
  UNANSWERED,
} from "../message/internal.ts";
import { Header } from "../message/mod.ts";
import type { Tap } from "../trace/internal.ts";

/** The room for a request without data: header, structs, names. */
const OVERHEAD = 16 * 1024;
/** The largest request that is not a write: an extended attribute's value. */
const MIN_PAYLOAD = 128 * 1024;
/** The most request buffers that are kept for reuse. */
const MAX_SPARE = 12;

function newFrame(size: number): Frame {
  return new Frame(new Uint8Array(new ArrayBuffer(size)));
}

/**
 * The byte level of a connection: a channel, the memory that requests are read
 * into, and the taps that see all messages.
 */
export class Wire {
  /** The source and destination of messages. */
  channel: Channel;
  #frame: Frame;
  readonly #spareFrames: Frame[] = [];
  readonly #taps: Tap[] = [];

  /** Makes a wire with room for requests that write `maxWrite` bytes. */
  constructor(channel: Channel, maxWrite: number) {
    this.channel = channel;
    this.#frame = newFrame(Math.max(maxWrite, MIN_PAYLOAD) + OVERHEAD);
  }

  /** Adds a tap, which sees all messages from now on. */
  tap(tap: Tap): void {
    this.#taps.push(tap);
  }

  /**
   * Reads the next request, if there is one.
   *
   * @returns Whether there was a request; `undefined` at the end of the
   * session.
   */
  read(): boolean | undefined {
    if (this.#frame.wasTaken) {
      this.#frame = newFrame(Number(this.#frame.capacity));
    }
    const ready = this.channel.read(this.#frame);
    if (ready && this.#taps.length > 0) {
      for (const tap of this.#taps) tap.request(this.current);
    }
    return ready;
  }

  /** The request that was read last. */
  get current(): Frame {
    return this.channel.lentFrame ?? this.#frame;
  }

  /**
   * Leaves the last frame to its request; the next request is read into another
   * frame. A frame that the channel lends needs nothing.
   */
  keepFrame(): Frame | undefined {
    if (this.channel.lentFrame !== undefined) return undefined;
    const frame = this.#frame;
    this.#frame = this.#spareFrames.pop() ?? newFrame(Number(frame.capacity));
    return frame;
  }

  /** Takes back the frame of an answered request for reuse. */
  returnFrame(frame: Frame): void {
    if (this.#spareFrames.length < MAX_SPARE) this.#spareFrames.push(frame);
  }

  /**
   * A reply in the memory of the last request, if the channel lends that memory
   * and no tap still needs it.
   */
  get lentReply(): Reply | undefined {
    return this.#taps.length > 0 ? undefined : this.channel.lentReply;
  }

  /** Sends a reply; returns whether the caller still waited for it. */
  write(reply: Reply): boolean {
    if (this.#taps.length === 0) return this.channel.write(reply);
    // The taps must see the data, so it cannot be spliced.
    if (reply.source !== undefined) readSource(reply);
    let delivered = false;
    try {
      return delivered = this.channel.write(reply);
    } finally {
      for (const tap of this.#taps) tap.reply(reply, delivered);
    }
  }

  /** Answers a request with an error. */
  refuse({ _unique }: Header, errno: number): void {
    const reply = new Reply();
    reply.begin(_unique);
    reply.fail(errno);
    this.write(reply);
  }

  /** Answers a request that was not decoded with an error. */
  refuseFrame(frame: Frame, errno: number): void {
    if (UNANSWERED.has(frame.opcode)) return;
    const header = new Header();
    header._decode(frame);
    this.refuse(header, errno);
  }

  /** Sends a notification; returns its errno, or 0. */
  async notify(message: Notification): Promise<number> {
    const errno = await this.channel.notify(message);
    for (const tap of this.#taps) tap.notification(message, errno);
    return errno;
  }

  /**
   * Waits until no notification is being sent. The sending thread keeps the
   * device open and may itself wait for the answer to a request, so every
   * remaining request is answered with an error.
   */
  async finishNotifications(errno: number): Promise<void> {
    const { channel } = this;
    const frame = newFrame(Number(this.#frame.capacity));
    while (channel.isNotifying) {
      let ready: boolean | undefined;
      while ((ready = channel.read(frame))) this.refuseFrame(frame, errno);
      await (ready === undefined
        ? channel.notified()
        : Promise.race([channel.wait(), channel.notified()]));
    }
  }

  /** Whether the kernel reported that the file system was unmounted. */
  get isUnmounted(): boolean {
    return this.channel.isUnmounted(this.#frame);
  }

  /** Closes the taps: no more messages follow. */
  closeTaps(): void {
    for (const tap of this.#taps) tap.close();
  }
}
