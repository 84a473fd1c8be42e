import { type Channel, readSource } from "../channel/internal.ts";
import {
  Frame,
  type Notification,
  Reply,
  UNANSWERED,
} from "../message/internal.ts";
import { Header } from "../message/mod.ts";
import type { Tap } from "../trace/internal.ts";

/** What a request has besides the data of a write: header, structs, names. */
const OVERHEAD = 16 * 1024;
/** The largest request that is not a write: an extended attribute's value. */
const MIN_PAYLOAD = 128 * 1024;
/** How many buffers of requests wait to be used again. */
const MAX_SPARE = 12;

function newFrame(size: number): Frame {
  return new Frame(new Uint8Array(new ArrayBuffer(size)));
}

/**
 * What goes back and forth on a connection, as bytes: a channel, the memory
 * that its requests are read into, and the taps that see all of it.
 */
export class Wire {
  /** Where messages come from and go to. */
  channel: Channel;
  #frame: Frame;
  readonly #spareFrames: Frame[] = [];
  readonly #taps: Tap[] = [];

  /** Has room for requests that write `maxWrite` bytes. */
  constructor(channel: Channel, maxWrite: number) {
    this.channel = channel;
    this.#frame = newFrame(Math.max(maxWrite, MIN_PAYLOAD) + OVERHEAD);
  }

  /** Shows a tap all that comes from now on. */
  tap(tap: Tap): void {
    this.#taps.push(tap);
  }

  /**
   * Reads the next request, if there is one.
   *
   * @returns Whether there was; `undefined` at the end of the session.
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
   * Leaves the frame that was read last to its request; the next is read into
   * another. Nothing needs to be done for one that is lent.
   */
  keepFrame(): Frame | undefined {
    if (this.channel.lentFrame !== undefined) return undefined;
    const frame = this.#frame;
    this.#frame = this.#spareFrames.pop() ?? newFrame(Number(frame.capacity));
    return frame;
  }

  /** Takes back a frame whose request has been answered. */
  returnFrame(frame: Frame): void {
    if (this.#spareFrames.length < MAX_SPARE) this.#spareFrames.push(frame);
  }

  /**
   * A reply in the memory of the request that was read last, if that is lent
   * and no tap looks at it any more.
   */
  get lentReply(): Reply | undefined {
    return this.#taps.length > 0 ? undefined : this.channel.lentReply;
  }

  /** Sends a reply; false when nobody waited for it any more. */
  write(reply: Reply): boolean {
    if (this.#taps.length === 0) return this.channel.write(reply);
    // The taps want to see what would be moved past them.
    if (reply.source !== undefined) readSource(reply);
    let delivered = false;
    try {
      return delivered = this.channel.write(reply);
    } finally {
      for (const tap of this.#taps) tap.reply(reply, delivered);
    }
  }

  /** Answers an error to a request. */
  refuse({ _unique }: Header, errno: number): void {
    const reply = new Reply();
    reply.begin(_unique);
    reply.fail(errno);
    this.write(reply);
  }

  /** Answers an error to what nobody will look at. */
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
   * Waits until no notification is being sent. The thread that sends one holds
   * the device open, and would for ever if it waits for a request's answer: so
   * whatever is still asked gets an error.
   */
  async settle(errno: number): Promise<void> {
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

  /** Whether the kernel said that the file system is gone. */
  get isUnmounted(): boolean {
    return this.channel.isUnmounted(this.#frame);
  }

  /** Tells the taps that nothing comes any more. */
  closeTaps(): void {
    for (const tap of this.#taps) tap.close();
  }
}
