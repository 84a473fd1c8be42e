import { errno, libc, linuxLibc } from "../../ffi/internal.ts";
import { ENODEV, ENOENT, F_SETPIPE_SZ, O_CLOEXEC } from "../../posix/mod.ts";
import { type Reply, REPLY_BODY } from "../message/internal.ts";

/** What a pipe is asked to hold, and what anybody may ask for. */
const PIPE_SIZES = [1 << 22, 1 << 20];
const HEADER_LENGTH = BigInt(REPLY_BODY);
/** fcntl.h: a pipe that is full is an error, not a wait without an end. */
const SPLICE_F_NONBLOCK = 2;

/** Where a header goes that is not wanted. */
const SCRATCH = new Uint8Array(new ArrayBuffer(REPLY_BODY));

type Source = Reply["source"] & object;

/** The two ends of a pipe. */
type Pipe = readonly [readFd: number, writeFd: number];

/**
 * Moves data of a file into replies without copying it: splice(2).
 *
 * A header for all that is asked for goes into a pipe, the data behind it, and
 * both from there to the device. At the end of a file there is less: then the
 * data moves on, behind a new header in a second pipe.
 */
export class Splicer {
  #whole: Pipe | undefined;
  #rest: Pipe | undefined;
  #capacity = 0;
  readonly #offset = new DataView(new ArrayBuffer(8));
  readonly #offsetBytes = new Uint8Array(this.#offset.buffer);

  /**
   * Sends a reply with data of its source.
   *
   * @returns Whether somebody still waited for it; `undefined` if the source
   * cannot be spliced, and the reply has to be written instead.
   */
  send(deviceFd: number, reply: Reply): boolean | undefined {
    const source = reply.source!;
    const fd = this.#open(source.size)
      ? this.#gather(source, reply)
      : undefined;
    if (fd !== undefined && move(fd, deviceFd, reply.length)) return true;
    const error = fd === undefined ? 0 : errno();
    // What is left in the pipes belongs to no other reply.
    this.close();
    return error === ENOENT || error === ENODEV ? false : undefined;
  }

  /** Puts a reply together; returns the pipe's end that it comes out of. */
  #gather(source: Source, reply: Reply): number | undefined {
    const [whole, intoWhole] = this.#whole!;
    if (!putHeader(intoWhole, reply, source.size)) return undefined;
    const size = this.#fill(source, intoWhole);
    if (size === undefined) return undefined;
    if (size === source.size) return whole;
    const [rest, intoRest] = this.#rest!;
    const isMoved = libc().read(whole, SCRATCH, HEADER_LENGTH) === REPLY_BODY &&
      putHeader(intoRest, reply, size) &&
      (size === 0 || move(whole, intoRest, size));
    return isMoved ? rest : undefined;
  }

  /** Closes the pipes; the next reply opens new ones. */
  close(): void {
    for (const fd of [...this.#whole ?? [], ...this.#rest ?? []]) {
      libc().close(fd);
    }
    this.#whole = undefined;
    this.#rest = undefined;
  }

  /** Takes data of the source; returns how much there was. */
  #fill({ fd, offset, size }: Source, into: number): number | undefined {
    const start = BigInt(offset);
    let filled = 0;
    while (filled < size) {
      this.#offset.setBigInt64(0, start + BigInt(filled), true);
      const n = linuxLibc().splice(
        fd,
        this.#offsetBytes,
        into,
        null,
        BigInt(size - filled),
        SPLICE_F_NONBLOCK,
      );
      if (n === 0) break;
      if (n < 0) return undefined;
      filled += n;
    }
    return filled;
  }

  /** Opens the pipes if need be; returns whether they hold that much. */
  #open(size: number): boolean {
    if (this.#whole === undefined || this.#rest === undefined) {
      this.#whole = openPipe();
      this.#rest = openPipe();
      this.#capacity = Math.min(grow(this.#whole), grow(this.#rest));
    }
    // Each page takes a slot: one more for the header, one for a part of a page.
    if (size + 2 * libc().getpagesize() <= this.#capacity) return true;
    if (this.#capacity === 0) this.close();
    return false;
  }
}

function openPipe(): Pipe | undefined {
  const fds = new Int32Array(new ArrayBuffer(8));
  const bytes = new Uint8Array(fds.buffer);
  if (linuxLibc().pipe2(bytes, O_CLOEXEC) < 0) return undefined;
  return [fds[0]!, fds[1]!];
}

/** Makes a pipe as large as it may be; returns how much it holds. */
function grow(pipe: Pipe | undefined): number {
  if (pipe === undefined) return 0;
  for (const size of PIPE_SIZES) {
    const granted = libc().fcntl(pipe[0], F_SETPIPE_SZ, size);
    if (granted > 0) return granted;
  }
  return 0;
}

/** Writes the header of a reply with so much data; returns whether it worked. */
function putHeader(into: number, reply: Reply, size: number): boolean {
  reply.length = REPLY_BODY + size;
  reply.finish();
  return libc().write(into, reply.bytes, HEADER_LENGTH) === REPLY_BODY;
}

/** Moves all of what a pipe holds; returns whether it worked. */
function move(from: number, to: number, size: number): boolean {
  const length = BigInt(size);
  const flags = SPLICE_F_NONBLOCK;
  return linuxLibc().splice(from, null, to, null, length, flags) === size;
}
