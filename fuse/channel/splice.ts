import { errno, libc, linuxLibc } from "../../ffi/internal.ts";
import { ENODEV, ENOENT, F_SETPIPE_SZ, O_CLOEXEC } from "../../posix/mod.ts";
import { type Reply, REPLY_BODY } from "../message/internal.ts";

/** The wanted pipe size, and the size that an ordinary user may set. */
const PIPE_SIZES = [1 << 22, 1 << 20];
const HEADER_LENGTH = BigInt(REPLY_BODY);
/** fcntl.h: a full pipe is an error instead of an endless wait. */
const SPLICE_F_NONBLOCK = 2;

/** A buffer for headers that are discarded. */
const SCRATCH = new Uint8Array(new ArrayBuffer(REPLY_BODY));

type Source = Reply["source"] & object;

/** The two ends of a pipe. */
type Pipe = readonly [readFd: number, writeFd: number];

/**
 * Moves data of a file into replies without copying it: splice(2).
 *
 * A header for the requested size goes into a pipe, followed by the data, and
 * both move to the device. At end of file there is less data: then the data
 * moves to a second pipe, behind a new header.
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
   * @returns Whether the caller still waited for it; `undefined` if the source
   * cannot be spliced, so that the reply must be written instead.
   */
  send(deviceFd: number, reply: Reply): boolean | undefined {
    const source = reply.source!;
    const fd = this.#open(source.size)
      ? this.#gather(source, reply)
      : undefined;
    if (fd !== undefined && move(fd, deviceFd, reply.length)) return true;
    const error = fd === undefined ? 0 : errno();
    // Data left in the pipes must not get into another reply.
    this.close();
    return error === ENOENT || error === ENODEV ? false : undefined;
  }

  /** Puts a reply into a pipe; returns the read end of that pipe. */
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

  /** Moves data of the source into a pipe; returns the number of bytes. */
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

  /** Opens the pipes if necessary; returns whether they hold `size` bytes. */
  #open(size: number): boolean {
    if (this.#whole === undefined || this.#rest === undefined) {
      this.#whole = openPipe();
      this.#rest = openPipe();
      this.#capacity = Math.min(grow(this.#whole), grow(this.#rest));
    }
    // Each page takes a slot; the header and a partial page take one slot each.
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

/** Sets the largest possible size of a pipe; returns that size. */
function grow(pipe: Pipe | undefined): number {
  if (pipe === undefined) return 0;
  for (const size of PIPE_SIZES) {
    const granted = libc().fcntl(pipe[0], F_SETPIPE_SZ, size);
    if (granted > 0) return granted;
  }
  return 0;
}

/** Writes the header of a reply with `size` bytes; returns its success. */
function putHeader(into: number, reply: Reply, size: number): boolean {
  reply.length = REPLY_BODY + size;
  reply.finish();
  return libc().write(into, reply.bytes, HEADER_LENGTH) === REPLY_BODY;
}

/** Moves `size` bytes out of a pipe; returns its success. */
function move(from: number, to: number, size: number): boolean {
  const length = BigInt(size);
  const flags = SPLICE_F_NONBLOCK;
  return linuxLibc().splice(from, null, to, null, length, flags) === size;
}
