import {
  asyncErrno,
  cString,
  errno,
  libc,
  linuxLibc,
} from "../../ffi/internal.ts";
import { SyscallError } from "../../ffi/mod.ts";
import {
  EACCES,
  EAGAIN,
  ECONNABORTED,
  EINTR,
  EINVAL,
  ENODEV,
  ENOENT,
  ENOMEM,
  EPERM,
  F_SETFD,
  F_SETFL,
  FD_CLOEXEC,
  O_CLOEXEC,
  O_NONBLOCK,
  O_RDWR,
} from "../../posix/mod.ts";
import { FUSE_BACKING_MAP } from "../abi/internal.ts";
import {
  FUSE_DEV_IOC_BACKING_CLOSE,
  FUSE_DEV_IOC_BACKING_OPEN,
  FUSE_DEV_IOC_CLONE,
} from "../abi/mod.ts";
import {
  type Frame,
  type Notification,
  type Reply,
  REPLY_BODY,
} from "../message/internal.ts";
import type { Channel } from "./channel.ts";
import { isError, pollfds } from "./pollfd.ts";
import { Splicer } from "./splice.ts";

const PATH = "/dev/fuse";
/** The data for write(2) that adds 1 to an eventfd. */
const ONE = new Uint8Array(new BigUint64Array([1n]).buffer);
/** The lengths of common replies, so that sending a reply creates no BigInt. */
const LENGTHS: bigint[] = Array.from({ length: 4096 }, (_, n) => BigInt(n));

const HINTS: Readonly<Record<number, string>> = {
  [ENOENT]: "the kernel has no FUSE: load its module with modprobe fuse",
  [ENODEV]: "the kernel has no FUSE: load its module with modprobe fuse",
  [EACCES]:
    "this user may not open the device: give it mode 666, or run as root",
  [EPERM]: "the device is not allowed here: give the container /dev/fuse",
};

/** The most notifications that are sent at once: each occupies a thread. */
const MAX_NOTIFYING = 32;

/**
 * An open `/dev/fuse`: one read(2) takes a request, one write(2) answers it.
 *
 * Reads never block. Waiting happens on a thread of the runtime's pool, so
 * that the event loop stays free. So does the writing of notifications, which
 * the kernel can hold up until a request has been answered.
 */
export class Device implements Channel {
  #fd: number;
  #wakeFd: number;
  readonly #pollfds: Uint8Array<ArrayBuffer>;
  readonly #sleepFd: Uint8Array<ArrayBuffer>;
  readonly #splicer = new Splicer();
  #waiting: Promise<void> | undefined;
  readonly #notifying = new Set<Promise<number>>();
  #isUnmounted = false;

  /**
   * Opens the device; no file system is mounted yet.
   *
   * @param fd An open `/dev/fuse`, which this object takes over. Default: a new
   * one.
   * @throws {SyscallError} As open(2), with a hint how to fix it.
   */
  constructor(fd: number = openDevice()) {
    this.#fd = fd;
    this.#wakeFd = linuxLibc().eventfd(0, O_NONBLOCK | O_CLOEXEC);
    if (this.#wakeFd < 0) {
      const error = new SyscallError("eventfd", errno());
      libc().close(fd);
      throw error;
    }
    // The opener may have made it blocking, and inherited by child processes.
    libc().fcntl(fd, F_SETFL, O_NONBLOCK);
    libc().fcntl(fd, F_SETFD, FD_CLOEXEC);
    this.#pollfds = pollfds(fd, this.#wakeFd);
    this.#sleepFd = pollfds(fd);
  }

  /** The descriptor, still owned by this object; -1 once closed. */
  get fd(): number {
    return this.#fd;
  }

  get isNotifying(): boolean {
    return this.#notifying.size > 0;
  }

  /** Whether the session is over: unmounted, aborted, or closed here. */
  get isOver(): boolean {
    const ready = pollfds(this.#fd);
    return this.#fd < 0 || libc().poll(ready, 1n, 0) > 0 && isError(ready);
  }

  /** Whether the session ended because the file system was unmounted. */
  isUnmounted(frame: Frame): boolean {
    // Only read(2) tells why the session ended.
    if (!this.#isUnmounted && this.isOver) this.read(frame);
    return this.#isUnmounted;
  }

  /**
   * Reads the next request, if there is one.
   *
   * @returns Whether `frame` now holds a request; `undefined` at the end of
   * the session: unmounted, aborted, or closed here.
   * @throws {SyscallError} As read(2), for unexpected errors.
   */
  read(frame: Frame): boolean | undefined {
    while (this.#fd >= 0) {
      const n = libc().read(this.#fd, frame.bytes, frame.capacity);
      if (n >= 0) {
        frame.length = n;
        return true;
      }
      const error = errno();
      switch (error) {
        case EAGAIN:
          return false;
        // A signal arrived; or the request was aborted, or memory ran out,
        // while it was copied: then the kernel has answered the request itself.
        case EINTR:
        case ENOENT:
        case ENOMEM:
          continue;
        case ENODEV:
        case ECONNABORTED:
          this.#isUnmounted = error === ENODEV;
          return undefined;
        default:
          throw new SyscallError("read", error, {
            path: PATH,
            hint: error === EPERM ? "nothing is mounted with it" : undefined,
          });
      }
    }
    return undefined;
  }

  /**
   * Finishes a reply and sends it.
   *
   * @returns Whether the caller still waited for it: false once the caller was
   * killed or the file system unmounted.
   * @throws {SyscallError} EINVAL when the kernel finds the reply malformed;
   * the caller then gets EIO.
   */
  write(reply: Reply): boolean {
    if (this.#fd < 0) return false;
    if (reply.source !== undefined) {
      const delivered = this.#splicer.send(this.#fd, reply);
      if (delivered !== undefined) return delivered;
      readSource(reply);
    }
    reply.finish();
    const { bytes, length } = reply;
    for (;;) {
      const size = LENGTHS[length] ?? BigInt(length);
      if (libc().write(this.#fd, bytes, size) >= 0) return true;
      const error = errno();
      switch (error) {
        case EINTR:
          continue;
        case ENOENT:
        case ENODEV:
        case ECONNABORTED:
          return false;
        default:
          throw new SyscallError("write", error, { path: PATH });
      }
    }
  }

  /**
   * Registers an open file as a backing file.
   *
   * @returns Its id, above 0, or a negative errno.
   */
  openBacking(fd: number): number {
    const { size, offset } = FUSE_BACKING_MAP;
    const map = new DataView(new ArrayBuffer(size));
    map.setInt32(offset.fd, fd, true);
    const bytes = new Uint8Array(map.buffer);
    const { ioctl } = linuxLibc();
    const id = ioctl(this.#fd, BigInt(FUSE_DEV_IOC_BACKING_OPEN), bytes);
    return id < 0 ? -errno() : id;
  }

  /** Unregisters a backing file; files that were opened with it keep it. */
  closeBacking(id: number): void {
    const bytes = new Uint8Array(new Int32Array([id]).buffer);
    linuxLibc().ioctl(this.#fd, BigInt(FUSE_DEV_IOC_BACKING_CLOSE), bytes);
  }

  /**
   * Opens the device once more for the same mount. Each request then goes to
   * the descriptor that is read first, and is answered through the same
   * descriptor.
   *
   * @returns The descriptor, which the caller owns.
   * @throws {SyscallError} As open(2) and ioctl(2).
   */
  clone(): number {
    const fd = openDevice();
    const bytes = new Uint8Array(new Int32Array([this.#fd]).buffer);
    if (linuxLibc().ioctl(fd, BigInt(FUSE_DEV_IOC_CLONE), bytes) === 0) {
      return fd;
    }
    const error = new SyscallError("ioctl", errno(), { path: PATH });
    libc().close(fd);
    throw error;
  }

  /** Sends a notification from another thread; returns its errno, or 0. */
  async notify(message: Notification): Promise<number> {
    while (this.#notifying.size >= MAX_NOTIFYING) await this.notified();
    if (this.#fd < 0) return ENODEV;
    const written = libc().writeAsync(
      this.#fd,
      message,
      BigInt(message.length),
    );
    this.#notifying.add(written);
    const n = await written;
    this.#notifying.delete(written);
    return n < 0 ? asyncErrno(n) : 0;
  }

  /** Waits until a notification has been sent. */
  notified(): Promise<unknown> {
    return Promise.race(this.#notifying);
  }

  /** Waits until there is a request, the session ends, or this is closed. */
  wait(): Promise<void> {
    return this.#waiting ??= this.#poll();
  }

  /**
   * Blocks the thread until there is a request or the session ends, for a
   * limited time.
   *
   * @returns Whether to read a request: false after a timeout or a signal.
   */
  sleep(milliseconds: number): boolean {
    return this.#fd < 0 || libc().poll(this.#sleepFd, 1n, milliseconds) > 0;
  }

  async #poll(): Promise<void> {
    if (this.#fd >= 0) {
      const n = await libc().pollAsync(this.#pollfds, 2n, -1);
      // After any other error, such as EINTR, read(2) reports the state.
      if (n < 0 && asyncErrno(n) === EINVAL) {
        throw new SyscallError("poll", EINVAL, { path: PATH });
      }
    }
    this.#waiting = undefined;
  }

  /**
   * Closes the device: the kernel aborts the connection, and callers that wait
   * in the file system get ECONNABORTED. A second call does nothing.
   */
  async close(): Promise<void> {
    if (this.#fd < 0) return;
    this.#splicer.close();
    const fds = [this.#fd, this.#wakeFd];
    this.#fd = -1;
    this.#wakeFd = -1;
    if (this.#waiting !== undefined) {
      // The waiting thread holds the open file: wake it first.
      libc().write(fds[1]!, ONE, 8n);
      await this.#waiting;
    }
    await Promise.all(this.#notifying);
    for (const fd of fds) libc().close(fd);
  }
}

function openDevice(): number {
  const flags = O_RDWR | O_NONBLOCK | O_CLOEXEC;
  const fd = libc().open(cString(PATH), flags, 0);
  if (fd >= 0) return fd;
  const error = errno();
  throw new SyscallError("open", error, { path: PATH, hint: HINTS[error] });
}

/** Reads the source of a reply into its buffer; an error becomes the answer. */
export function readSource(reply: Reply): void {
  const { fd, offset, size } = reply.source!;
  reply.reserve(size);
  const body = reply.bytes.subarray(REPLY_BODY, REPLY_BODY + size);
  const n = libc().pread(fd, body, BigInt(size), BigInt(offset));
  if (n < 0) reply.fail(errno());
  else {
    reply.length = REPLY_BODY + n;
    reply.source = undefined;
  }
}
