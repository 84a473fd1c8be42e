import { O_CLOEXEC, O_NONBLOCK, O_RDWR } from "../posix/constants_fcntl.ts";
import { cString } from "../ffi/c_string.ts";
import { errno, libc, linuxLibc } from "../ffi/libc.ts";
import { SyscallError } from "../ffi/syscall_error.ts";
import {
  EACCES,
  EAGAIN,
  ECONNABORTED,
  EINTR,
  ENODEV,
  ENOENT,
  EPERM,
} from "../posix/constants_errno.ts";
import type { Frame } from "./_frame.ts";
import { isError, pollfds } from "./_pollfd.ts";
import { type Reply, REPLY_BODY } from "./_reply.ts";
import { Splicer } from "./_splice.ts";

const PATH = "/dev/fuse";
/** What write(2) wants, to add one to an eventfd. */
const ONE = new Uint8Array(new BigUint64Array([1n]).buffer);
/** The lengths of common replies, so that sending one makes no BigInt. */
const LENGTHS: bigint[] = Array.from({ length: 4096 }, (_, n) => BigInt(n));

const HINTS: Readonly<Record<number, string>> = {
  [ENOENT]: "the kernel has no FUSE: load its module with modprobe fuse",
  [ENODEV]: "the kernel has no FUSE: load its module with modprobe fuse",
  [EACCES]: "this user may not open the device: run as root",
  [EPERM]: "the device is not allowed here: give the container /dev/fuse",
};

/**
 * An open `/dev/fuse`: one read(2) takes a request, one write(2) answers it.
 *
 * Reads never block. Waiting happens on a thread of the runtime's pool, so
 * that the event loop stays free.
 */
export class Device {
  #fd: number;
  #wakeFd: number;
  readonly #pollfds: Uint8Array<ArrayBuffer>;
  readonly #splicer = new Splicer();
  #waiting: Promise<unknown> | undefined;
  #isUnmounted = false;

  /**
   * Opens the device; no file system is mounted yet.
   *
   * @throws {SyscallError} As open(2), with what to do about it.
   */
  constructor() {
    const flags = O_RDWR | O_NONBLOCK | O_CLOEXEC;
    this.#fd = libc().open(cString(PATH), flags, 0);
    if (this.#fd < 0) {
      const error = errno();
      throw new SyscallError("open", error, {
        path: PATH,
        hint: HINTS[error],
      });
    }
    this.#wakeFd = linuxLibc().eventfd(0, O_NONBLOCK | O_CLOEXEC);
    if (this.#wakeFd < 0) {
      const error = new SyscallError("eventfd", errno());
      libc().close(this.#fd);
      throw error;
    }
    this.#pollfds = pollfds(this.#fd, this.#wakeFd);
  }

  /** The descriptor, still owned by this object; -1 once closed. */
  get fd(): number {
    return this.#fd;
  }

  /** Whether the session ended because the file system was unmounted. */
  isUnmounted(frame: Frame): boolean {
    // The end of a session shows as POLLERR, and its cause when it is read.
    if (!this.#isUnmounted && this.#fd >= 0) {
      const ready = pollfds(this.#fd);
      if (libc().poll(ready, 1n, 0) > 0 && isError(ready)) this.read(frame);
    }
    return this.#isUnmounted;
  }

  /**
   * Reads the next request, if there is one.
   *
   * @returns Whether `frame` now holds a request; `undefined` at the end of
   * the session: unmounted, aborted, or closed here.
   * @throws {SyscallError} As read(2) for what should not happen.
   */
  read(frame: Frame): boolean | undefined {
    while (this.#fd >= 0) {
      const n = libc().read(this.#fd, frame.bytes, frame.capacity);
      if (n >= 0) {
        frame.length = n;
        return true;
      }
      const error = errno();
      // ENOENT: the request was aborted while it was being copied.
      if (error === EINTR || error === ENOENT) continue;
      if (error === EAGAIN) return false;
      this.#isUnmounted = error === ENODEV;
      if (error === ENODEV || error === ECONNABORTED) return undefined;
      throw new SyscallError("read", error, { path: PATH });
    }
    return undefined;
  }

  /**
   * Finishes a reply and sends it.
   *
   * @returns Whether somebody still waited for it: not so once the caller was
   * killed, or the file system unmounted.
   * @throws {SyscallError} EINVAL when the kernel finds the reply malformed.
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
      if (error === EINTR) continue;
      if (error === ENOENT || error === ENODEV) return false;
      throw new SyscallError("write", error, { path: PATH });
    }
  }

  /** Waits until there is a request to read, the session ends, or a close. */
  async wait(): Promise<void> {
    if (this.#fd < 0) return;
    this.#waiting = libc().pollAsync(this.#pollfds, 2n, -1);
    await this.#waiting;
    this.#waiting = undefined;
  }

  /**
   * Closes the device: the kernel aborts the connection, and those who wait
   * in the file system get ECONNABORTED. A second call is harmless.
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
    for (const fd of fds) libc().close(fd);
  }
}

/** Reads the source of a reply into its buffer; an error is the answer then. */
function readSource(reply: Reply): void {
  const { fd, offset, size } = reply.source!;
  reply.reserve(size);
  const body = reply.bytes.subarray(REPLY_BODY, REPLY_BODY + size);
  const n = libc().pread(fd, body, BigInt(size), BigInt(offset));
  if (n < 0) reply.fail(errno());
  else reply.length = REPLY_BODY + n;
}
