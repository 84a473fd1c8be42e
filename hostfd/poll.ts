import { POLLFD } from "../ffi/abi_linux.ts";
import { asyncErrno, errno, libc, linuxLibc } from "../ffi/libc.ts";
import { SyscallError } from "../ffi/syscall_error.ts";
import { O_CLOEXEC, O_NONBLOCK } from "../posix/constants_fcntl.ts";
import { EINTR } from "../posix/constants_errno.ts";
import { toInt } from "./_arguments.ts";
import { POLLIN } from "./constants_poll.ts";

/** What poll(2) shall watch a descriptor for. */
export interface PollRequest {
  /** The descriptor; a negative one is passed over. */
  readonly fd: number;
  /** Any of the `POLL*` constants. */
  readonly events: number;
}

/** What {@linkcode pollAsync} may be told. */
export interface PollOptions {
  /** How long to wait at most, in milliseconds; -1, the default, is for ever. */
  timeoutMs?: number;
  /** Ends the waiting. */
  signal?: AbortSignal | undefined;
}

/** What write(2) wants, to add one to an eventfd. */
const ONE = new Uint8Array(new BigUint64Array([1n]).buffer);

const { offset, size } = POLLFD;

function pollfdsOf(requests: readonly PollRequest[]): DataView<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(size * requests.length));
  requests.forEach(({ fd, events }, i) => {
    view.setInt32(i * size + offset.fd, toInt("fd", fd), true);
    view.setInt16(i * size + offset.events, toInt("events", events), true);
  });
  return view;
}

function reventsOf(view: DataView): number[] {
  return Array.from(
    { length: view.byteLength / size },
    (_, i) => view.getInt16(i * size + offset.revents, true),
  );
}

function pollNow(view: DataView<ArrayBuffer>, timeoutMs: number): number {
  const bytes = new Uint8Array(view.buffer);
  const n = libc().poll(bytes, BigInt(bytes.length / size), timeoutMs);
  if (n < 0) throw new SyscallError("poll", errno());
  return n;
}

/**
 * `poll(fds, nfds, timeout)`: waits until something happens to one of some
 * descriptors. See poll(2).
 *
 * It holds up the whole program meanwhile: with a timeout of 0 it asks and does
 * not wait, and {@linkcode pollAsync} waits elsewhere.
 *
 * @param requests The descriptors, and what to watch each for.
 * @param timeoutMs How long to wait at most, in milliseconds; -1 is for ever.
 * @returns The events of each descriptor: 0 where none happened. `POLLERR`,
 * `POLLHUP` and `POLLNVAL` come unasked.
 * @throws {SyscallError} `EINTR` if a signal came; `EINVAL` for more descriptors
 * than may be open.
 * @throws {RangeError} If a number is not a 32-bit integer.
 *
 * @example Ask whether there is something to read
 * ```ts
 * import assert from "node:assert/strict";
 * import { pipe, poll, POLLIN } from "@hostkit/hostkit/hostfd";
 *
 * const [reader, writer] = pipe();
 * using _ends = { [Symbol.dispose]: () => [reader, writer].forEach((fd) => fd.close()) };
 * assert.deepEqual(poll([{ fd: reader.fd, events: POLLIN }], 0), [0]);
 * writer.writeSync(new Uint8Array(1));
 * assert.deepEqual(poll([{ fd: reader.fd, events: POLLIN }], 0), [POLLIN]);
 * ```
 */
export function poll(
  requests: readonly PollRequest[],
  timeoutMs: number,
): number[] {
  const view = pollfdsOf(requests);
  pollNow(view, toInt("timeoutMs", timeoutMs));
  return reventsOf(view);
}

/**
 * Waits as {@linkcode poll} does, on a thread of its own, so that the program
 * goes on meanwhile. Linux only.
 *
 * A signal of the system does not end it. Do not close a descriptor that is
 * being waited for: abort first.
 *
 * @param requests The descriptors, and what to watch each for.
 * @param options How long to wait, and what ends it.
 * @returns The events of each descriptor: 0 where none happened.
 * @throws {SyscallError} As {@linkcode poll}, but never `EINTR`.
 * @throws {RangeError} If a number is not a 32-bit integer.
 * @throws The signal's reason, once it is aborted.
 *
 * @example Wait for a child process, or a second
 * ```ts
 * import assert from "node:assert/strict";
 * import { HostFd, pipe, pollAsync, POLLHUP, POLLIN } from "@hostkit/hostkit/hostfd";
 *
 * const [reader, writer] = pipe();
 * using _reader = reader;
 * setTimeout(() => writer.close());
 * const [events] = await pollAsync([{ fd: reader.fd, events: POLLIN }]);
 * assert.equal(events, POLLHUP);
 * ```
 */
export async function pollAsync(
  requests: readonly PollRequest[],
  { timeoutMs = -1, signal }: PollOptions = {},
): Promise<number[]> {
  toInt("timeoutMs", timeoutMs);
  signal?.throwIfAborted();
  const asked = pollfdsOf(requests);
  if (pollOrSignal(asked) > 0 || timeoutMs === 0) return reventsOf(asked);
  using wake = new Wake();
  const onAbort = () => wake.up();
  signal?.addEventListener("abort", onAbort);
  try {
    const view = pollfdsOf([...requests, { fd: wake.fd, events: POLLIN }]);
    await pollElsewhere(view, timeoutMs);
    signal?.throwIfAborted();
    return reventsOf(view).slice(0, -1);
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Waits on a thread of the runtime's pool. */
async function pollElsewhere(
  view: DataView<ArrayBuffer>,
  timeoutMs: number,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  const bytes = new Uint8Array(view.buffer);
  const count = BigInt(bytes.length / size);
  let left = timeoutMs;
  for (;;) {
    const result = await libc().pollAsync(bytes, count, left);
    if (result >= 0) return;
    const error = asyncErrno(result);
    if (error !== EINTR) throw new SyscallError("poll", error);
    if (timeoutMs >= 0) left = Math.max(0, Math.ceil(end - performance.now()));
  }
}

function pollOrSignal(view: DataView<ArrayBuffer>): number {
  try {
    return pollNow(view, 0);
  } catch (error) {
    if ((error as SyscallError).errno === EINTR) return 0;
    throw error;
  }
}

/** An eventfd that ends a poll from outside. */
class Wake implements Disposable {
  readonly fd: number;

  constructor() {
    this.fd = linuxLibc().eventfd(0, O_NONBLOCK | O_CLOEXEC);
    if (this.fd < 0) throw new SyscallError("eventfd", errno());
  }

  up(): void {
    libc().write(this.fd, ONE, 8n);
  }

  [Symbol.dispose](): void {
    libc().close(this.fd);
  }
}
