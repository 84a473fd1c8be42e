import {
  asyncErrno,
  badNumber,
  checkArray,
  checkInstance,
  checkOptions,
  errno,
  libc,
  linuxLibc,
  POLLFD,
} from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { EINTR, O_CLOEXEC, O_NONBLOCK } from "../posix/mod.ts";
import { toInt } from "./_arguments.ts";
import { POLLIN } from "./constants_poll.ts";

/** A descriptor, and the events that poll(2) watches it for. */
export interface PollRequest {
  /** The descriptor; poll(2) ignores a negative number. */
  readonly fd: number;
  /** Any of the `POLL*` constants. */
  readonly events: number;
}

/** Options of {@linkcode pollAsync}. */
export interface PollOptions {
  /** The longest wait in milliseconds; -1, the default, waits for ever. */
  timeoutMs?: number;
  /** Ends the wait. */
  signal?: AbortSignal | undefined;
}

/** The bytes that add 1 to an eventfd when written. */
const ONE = new Uint8Array(new BigUint64Array([1n]).buffer);

const { offset, size } = POLLFD;

/** Checks that a number has 16 bits, with a sign or without, and returns it. */
function toShort(name: string, value: number): number {
  if (toInt(name, value) << 16 >> 16 === value || (value & 0xffff) === value) {
    return value;
  }
  throw badNumber(name, value, "a 16-bit integer");
}

function pollfdsOf(requests: readonly PollRequest[]): DataView<ArrayBuffer> {
  checkArray("requests", requests);
  const view = new DataView(new ArrayBuffer(size * requests.length));
  requests.forEach((request, i) => {
    const { fd, events } = checkOptions("requests", request);
    view.setInt32(i * size + offset.fd, toInt("fd", fd), true);
    view.setInt16(i * size + offset.events, toShort("events", events), true);
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
 * `poll(fds, nfds, timeout)`: waits until at least one descriptor has an event.
 * See poll(2).
 *
 * The call blocks the program. With a timeout of 0 it returns at once;
 * {@linkcode pollAsync} waits on another thread.
 *
 * @param requests The descriptors, and the events to watch each for.
 * @param timeoutMs The longest wait in milliseconds; -1 waits for ever.
 * @returns The events of each descriptor, 0 for none. `POLLERR`, `POLLHUP` and
 * `POLLNVAL` need not be requested.
 * @throws {SyscallError} `EINTR` if a signal interrupted the call; `EINVAL` for
 * more descriptors than RLIMIT_NOFILE.
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
 * Waits as {@linkcode poll} does, but on another thread, so that the program
 * continues. Linux only.
 *
 * A POSIX signal does not end the wait. Before closing a descriptor, abort the
 * wait for it.
 *
 * @param requests The descriptors, and the events to watch each for.
 * @param options A timeout, and a signal that ends the wait.
 * @returns The events of each descriptor, 0 for none.
 * @throws {SyscallError} As {@linkcode poll}, but never `EINTR`.
 * @throws {RangeError} If a number is not a 32-bit integer.
 * @throws The reason of `signal`, once it is aborted.
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
  options: PollOptions = {},
): Promise<number[]> {
  const { timeoutMs = -1, signal } = checkOptions("options", options);
  toInt("timeoutMs", timeoutMs);
  if (signal !== undefined) checkInstance("signal", signal, AbortSignal);
  signal?.throwIfAborted();
  const asked = pollfdsOf(requests);
  if (pollOrSignal(asked) > 0 || timeoutMs === 0) return reventsOf(asked);
  using wake = new Wake();
  const onAbort = () => wake.signal();
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

/** Calls poll(2) on a thread of the runtime's pool. */
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

/** An eventfd that ends a poll(2) on another thread. */
class Wake implements Disposable {
  readonly fd: number;

  constructor() {
    this.fd = linuxLibc().eventfd(0, O_NONBLOCK | O_CLOEXEC);
    if (this.fd < 0) throw new SyscallError("eventfd", errno());
  }

  signal(): void {
    libc().write(this.fd, ONE, 8n);
  }

  [Symbol.dispose](): void {
    libc().close(this.fd);
  }
}
