/**
 * A connection without a kernel: the requests come from a test, the replies go
 * to it.
 *
 * @module
 */

import type { Channel } from "../../fuse/channel/channel.ts";
import type { Frame } from "../../fuse/message/frame.ts";
import type { Notification } from "../../fuse/message/notification.ts";
import type { Reply } from "../../fuse/message/reply.ts";
import { Conn } from "../../fuse/conn/conn.ts";
import type { MountOptions } from "../../fuse/mod.ts";

/** Where nothing is mounted. */
const NOWHERE = {
  id: 0,
  mountpoint: "",
  device: "fake",
  type: "fuse",
  source: "",
  options: "",
};

/** Hands out the requests it was given; ends when it has been told to. */
export class FakeChannel implements Channel {
  readonly isNotifying = false;
  readonly replies: Uint8Array<ArrayBuffer>[] = [];
  /** How often it was asked for a request. */
  reads = 0;
  /** How often somebody waited for one. */
  waits = 0;
  readonly #requests: Uint8Array<ArrayBuffer>[] = [];
  #wake = Promise.withResolvers<void>();
  #isOver = false;

  /** Makes a connection to the channel, before INIT. */
  connect(options: MountOptions = {}): Conn {
    return new Conn(this, NOWHERE, options);
  }

  /** Adds a request to those that wait. */
  push(...requests: Uint8Array<ArrayBuffer>[]): void {
    this.#requests.push(...requests);
    this.#wake.resolve();
  }

  /** Ends the session once the requests have been read. */
  end(): void {
    this.#isOver = true;
    this.#wake.resolve();
  }

  isUnmounted(): boolean {
    return this.#isOver;
  }

  read(frame: Frame): boolean | undefined {
    this.reads++;
    const request = this.#requests.shift();
    if (request === undefined) return this.#isOver ? undefined : false;
    frame.bytes.set(request);
    frame.length = request.length;
    return true;
  }

  write(reply: Reply): boolean {
    reply.finish();
    this.replies.push(reply.bytes.slice(0, reply.length));
    return true;
  }

  notify(_message: Notification): Promise<number> {
    return Promise.resolve(0);
  }

  notified(): Promise<void> {
    return Promise.resolve();
  }

  async wait(): Promise<void> {
    this.waits++;
    await this.#wake.promise;
    this.#wake = Promise.withResolvers();
  }

  close(): Promise<void> {
    this.end();
    return Promise.resolve();
  }
}
