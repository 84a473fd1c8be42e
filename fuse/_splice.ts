import { errno, libc, linuxLibc } from "../ffi/libc.ts";
import { EIO } from "../posix/constants_errno.ts";
import { F_SETPIPE_SZ, O_CLOEXEC } from "../posix/constants_fcntl.ts";
import { type Reply, REPLY_BODY } from "./_reply.ts";

/** What a pipe is asked to hold, and what anybody may ask for. */
const PIPE_SIZES = [1 << 22, 1 << 20];
const HEADER_LENGTH = BigInt(REPLY_BODY);

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
   * @returns The errno of write(2) to the device, 0 for success; `undefined`
   * if the source cannot be spliced, and nothing has been sent.
   */
  send(deviceFd: number, reply: Reply): number | undefined {
    const source = reply.source!;
    if (!this.#open(source.size)) return undefined;
    let [fd, into] = this.#whole!;
    if (!putHeader(into, reply, source.size)) return this.#fail();
    const size = this.#fill(source, into);
    if (size === undefined) {
      this.close();
      return undefined;
    }
    if (size < source.size) {
      const data = fd;
      [fd, into] = this.#rest!;
      const isMoved = libc().read(data, SCRATCH, HEADER_LENGTH) > 0 &&
        putHeader(into, reply, size) && (size === 0 || move(data, into, size));
      if (!isMoved) return this.#fail();
    }
    return move(fd, deviceFd, reply.length) ? 0 : this.#fail();
  }

  /** Returns errno; what is left in the pipes belongs to no other reply. */
  #fail(): number {
    const error = errno();
    this.close();
    // A part that is moved without an error would be a defect of the kernel's.
    return error || EIO;
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
    let filled = 0;
    while (filled < size) {
      this.#offset.setBigInt64(0, BigInt(offset + filled), true);
      const n = linuxLibc().splice(
        fd,
        this.#offsetBytes,
        into,
        null,
        BigInt(size - filled),
        0,
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
  return linuxLibc().splice(from, null, to, null, BigInt(size), 0) === size;
}
