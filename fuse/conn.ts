import { setImmediate } from "node:timers";
import { libc } from "../ffi/libc.ts";
import { Frame } from "./_frame.ts";
import type { Reply } from "./_reply.ts";
import { newRequest } from "./decode.ts";
import type { Device } from "./device.ts";
import { DEFAULT_MAX_WRITE, negotiate } from "./negotiate.ts";
import type { MountInfo } from "./mount_info.ts";
import type { MountOptions } from "./mount_options.ts";
import type { Protocol } from "./protocol.ts";
import type { Request, Responder } from "./request.ts";
import { InitRequest } from "./session_requests.ts";

/** What a request has besides the data of a write: header, structs, names. */
const OVERHEAD = 16 * 1024;
/** The largest request that is not a write: an extended attribute's value. */
const MIN_PAYLOAD = 128 * 1024;
/** How many empty turns of the event loop go by before waiting in the kernel. */
const SPIN_TURNS = 100;
/** How long requests are served before the event loop gets its turn. */
const SLICE_MS = 2;

/** The mounts that this thread serves, by device. */
const served = new Map<string, MountInfo>();

/**
 * Whether this thread serves a mount: a call that waits for it here would wait
 * for ever.
 */
export function isServedHere({ device }: MountInfo): boolean {
  return served.has(device);
}

/** Returns the mount that this thread serves and a path leads into, if any. */
export function servedAbove(path: string): MountInfo | undefined {
  return served.values().find(({ mountpoint }) =>
    path.startsWith(`${mountpoint}/`)
  );
}

/** The kernel closed the connection before it said anything. */
export class ClosedWithoutInitError extends Error {
  /** The class's name. */
  override readonly name = "ClosedWithoutInitError";

  /** Makes the error. */
  constructor() {
    super("The FUSE connection was closed before INIT: unmounted meanwhile?");
  }
}

/**
 * A connection to the kernel: requests in, replies out.
 *
 * `mount` makes one. Serve it with `serve` of `./fuse/fs`, or read requests
 * one by one and answer each.
 */
export class Conn implements Responder, AsyncDisposable {
  readonly #device: Device;
  readonly #frame: Frame;
  #protocol!: Protocol;
  #features = 0n;
  /** Where it is mounted. */
  readonly mountInfo: MountInfo;

  /** @internal Takes ownership of a device that is mounted. */
  constructor(device: Device, mountInfo: MountInfo, options: MountOptions) {
    this.#device = device;
    this.mountInfo = mountInfo;
    served.set(mountInfo.device, mountInfo);
    const payload = Math.max(
      options.maxWrite ?? DEFAULT_MAX_WRITE,
      MIN_PAYLOAD,
    );
    this.#frame = new Frame(
      new Uint8Array(new ArrayBuffer(payload + OVERHEAD)),
    );
  }

  /** The protocol version that kernel and library agreed on. */
  get protocol(): Protocol {
    return this.#protocol;
  }

  /** The `FUSE_*` INIT flags in force, both words. */
  get features(): bigint {
    return this.#features;
  }

  /**
   * Reads the next request, waiting for it without blocking the event loop.
   *
   * @returns The request, which the caller must answer; `null` when the
   * session is over.
   * @throws {ProtocolError} If the kernel sent what we cannot decode.
   */
  async readRequest(): Promise<Request | null> {
    for (;;) {
      const request = this.readRequestSync();
      if (request !== undefined) return request;
      await this.#device.wait();
    }
  }

  /**
   * Reads the next request if there is one now.
   *
   * @returns The request; `undefined` when none waits; `null` when the session
   * is over.
   */
  readRequestSync(): Request | null | undefined {
    const ready = this.#device.read(this.#frame);
    if (ready === undefined) return null;
    if (!ready) return undefined;
    this.#frame.checkHeader();
    const request = newRequest(this.#frame.opcode);
    request.header.conn = this;
    request._decode(this.#frame);
    return request;
  }

  /** Iterates over the requests until the session is over. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Request, void, void> {
    for (;;) {
      const request = await this.readRequest();
      if (request === null) return;
      yield request;
    }
  }

  /** @internal Answers INIT. */
  async _handshake(options: MountOptions): Promise<void> {
    for (;;) {
      const request = await this.readRequest();
      if (!(request instanceof InitRequest)) throw new ClosedWithoutInitError();
      try {
        const pageSize = libc().getpagesize();
        const response = negotiate(request, options, pageSize);
        request.respond(response);
        this.#protocol = response.protocol;
        this.#features = response.flags;
        if (response.protocol.major === request.protocol.major) return;
      } catch (error) {
        request.respondError(error);
        throw error;
      }
    }
  }

  /** @internal Sends a reply; false when nobody waited for it any more. */
  _send(reply: Reply): boolean {
    return this.#device.write(reply);
  }

  /**
   * @internal Hands each request's frame to `handle` until the session is
   * over. While requests keep coming the event loop turns between them; after
   * a moment without any, a thread of the pool waits in the kernel.
   */
  _serve(handle: (frame: Frame) => void): Promise<void> {
    const device = this.#device;
    const frame = this.#frame;
    return new Promise((resolve, reject) => {
      let emptyTurns = 0;
      const turn = (): void => {
        try {
          const end = performance.now() + SLICE_MS;
          let ready = device.read(frame);
          emptyTurns = ready ? 0 : emptyTurns + 1;
          while (ready) {
            handle(frame);
            if (performance.now() > end) break;
            ready = device.read(frame);
          }
          if (ready === undefined) return resolve();
        } catch (error) {
          return reject(error);
        }
        if (emptyTurns < SPIN_TURNS) {
          // The kernel likes to wake the caller on the CPU that answered it:
          // let it run, or it waits until it is moved to another one.
          libc().sched_yield();
          setImmediate(turn);
        } else {
          emptyTurns = 0;
          device.wait().then(turn, reject);
        }
      };
      turn();
    });
  }

  /** @internal Whether the kernel said that the file system is gone. */
  get _isUnmounted(): boolean {
    return this.#device.isUnmounted(this.#frame);
  }

  /**
   * Closes the connection: whoever waits in the file system gets an error,
   * and the mount stays behind, dead, unless it was unmounted before.
   */
  close(): Promise<void> {
    served.delete(this.mountInfo.device);
    return this.#device.close();
  }

  /** Calls {@linkcode Conn.prototype.close | close()}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
