import {
  checkBytes,
  checkNumber,
  checkOptions,
  toUnsigned,
} from "../../ffi/internal.ts";
import { toFlags, toInt } from "../_arguments.ts";
import { unixAddress } from "../_unix_address.ts";
import { MSG_NOSIGNAL } from "../constants_socket.ts";
import type { HostFd } from "../host_fd.ts";
import { SOCK_CLOEXEC } from "../socket.ts";
import { KERNEL_TIMESPEC } from "./_abi.ts";
import * as kinds from "./_kinds.ts";
import { addressOf, TRANSFER_MAX } from "./_memory.ts";
import type { Kind } from "./_operation.ts";
import * as io from "./constants_io_uring.ts";
import { FileRing } from "./file_ring.ts";
import {
  type DriverCommand,
  NO_OPTIONS,
  type OperationOptions,
  type RingFile,
} from "./options.ts";
import { indexOf } from "./registered.ts";

// linux/io_uring.h
const IORING_ASYNC_CANCEL_FD_FIXED = 0x8;

/**
 * An io_uring(7): asynchronous operations as promises, many of them in one
 * system call. Linux 5.6 or newer.
 *
 * All operations that the program starts before it next awaits go to the kernel
 * together. Operations that the kernel can do at once, such as a read from the
 * page cache, are then done; one thread waits for all others. The event loop
 * keeps running meanwhile.
 *
 * Until a promise is settled the kernel may read or write the memory. The ring
 * keeps the memory alive, but cannot keep it in place: do not transfer, detach
 * or unmap its buffer.
 *
 * A ring belongs to the thread that created it; close it before a Worker ends.
 * It has all methods of {@linkcode RawRing}.
 *
 * @example Read many parts of a file at once
 * ```ts ignore
 * import assert from "node:assert/strict";
 * import { HostFd } from "@hostkit/hostkit/hostfd";
 * import { Ring } from "@hostkit/hostkit/hostfd/uring";
 *
 * await using ring = new Ring();
 * using zeroes = HostFd.open("/dev/zero");
 * const parts = Array.from({ length: 100 }, () => new Uint8Array(4096).fill(1));
 * await Promise.all(parts.map((part) => ring.read(zeroes.fd, part, 0)));
 * assert(parts.every((part) => part.every((byte) => byte === 0)));
 * ```
 */
export class Ring extends FileRing {
  /**
   * Waits for the next connection to a socket, and accepts it. See accept(2).
   *
   * @param file The listening socket.
   * @throws {SyscallError} `EINVAL` if the socket does not listen; `ENOTSOCK`;
   * `EMFILE`; `EBADF`.
   */
  accept(
    file: RingFile,
    options: OperationOptions = NO_OPTIONS,
  ): Promise<HostFd> {
    return this._start(kinds.ACCEPT, options, (operation) => {
      const entry = this._prepare(io.IORING_OP_ACCEPT, file, operation, null);
      entry.opFlags = SOCK_CLOEXEC;
      return entry;
    });
  }

  /**
   * Connects a socket. See connect(2).
   *
   * @param file The socket.
   * @param address The path of a Unix socket, as in {@linkcode connectUnix}, or
   * the bytes of a `struct sockaddr`.
   * @throws {SyscallError} `ECONNREFUSED` if no process listens; `ENOENT`;
   * `EISCONN`; `EPROTOTYPE`; `ENETUNREACH`; `ETIMEDOUT`; `ENAMETOOLONG`.
   */
  connect(
    file: RingFile,
    address: string | Uint8Array,
    options: OperationOptions = NO_OPTIONS,
  ): Promise<void> {
    return this._start(kinds.CONNECT, options, (operation) => {
      const isPath = typeof address === "string";
      if (isPath) operation.errorOptions = { path: address };
      const bytes = isPath
        ? unixAddress("connect", address)
        : checkBytes("address", address).slice();
      const opcode = io.IORING_OP_CONNECT;
      const entry = this._prepare(opcode, file, operation, bytes);
      entry.address = addressOf(bytes);
      entry.offset = bytes.length;
      return entry;
    });
  }

  /**
   * Sends bytes through a connected socket once there is room. See send(2).
   *
   * @param file The socket.
   * @param src The bytes.
   * @param flags Any of the `MSG_*` constants; `MSG_NOSIGNAL` is always set.
   * @returns The number of bytes sent, which may be fewer than there are.
   * @throws {SyscallError} `EPIPE` if the peer is gone; `ECONNRESET`;
   * `ENOTCONN`; `ENOTSOCK`; `EMSGSIZE` for a message that is too long.
   * @throws {RangeError} If a number is not a 32-bit integer.
   */
  send(
    file: RingFile,
    src: Uint8Array,
    flags: number = 0,
    options: OperationOptions = NO_OPTIONS,
  ): Promise<number> {
    return this.#message(
      kinds.SEND,
      io.IORING_OP_SEND,
      file,
      src,
      flags,
      options,
      MSG_NOSIGNAL,
    );
  }

  /**
   * Waits for bytes from a socket, and receives them. See recv(2).
   *
   * @param file The socket.
   * @param dst The memory to receive into.
   * @param flags Any of the `MSG_*` constants.
   * @returns The number of bytes received; 0 once the peer of a stream has
   * closed.
   * @throws {SyscallError} `ECONNRESET`; `ENOTCONN`; `ENOTSOCK`.
   * @throws {RangeError} If a number is not a 32-bit integer.
   */
  recv(
    file: RingFile,
    dst: Uint8Array,
    flags: number = 0,
    options: OperationOptions = NO_OPTIONS,
  ): Promise<number> {
    return this.#message(
      kinds.RECV,
      io.IORING_OP_RECV,
      file,
      dst,
      flags,
      options,
    );
  }

  #message(
    kind: Kind<number>,
    opcode: number,
    file: RingFile,
    memory: Uint8Array,
    flags: number,
    options: OperationOptions,
    always: number = 0,
  ): Promise<number> {
    return this._start(kind, options, (operation) => {
      const bits = toFlags(flags) | always;
      const address = addressOf(checkBytes("memory", memory));
      const entry = this._prepare(opcode, file, operation, memory);
      entry.address = address;
      entry.length = Math.min(memory.length, TRANSFER_MAX);
      entry.opFlags = bits;
      return entry;
    });
  }

  /**
   * Waits for events of a file. See poll(2).
   *
   * @param file The file.
   * @param events Any of the `POLL*` constants.
   * @returns The events that happened.
   * @throws {SyscallError} `EBADF`.
   * @throws {RangeError} If `events` is not a 32-bit integer.
   */
  poll(
    file: RingFile,
    events: number,
    options: OperationOptions = NO_OPTIONS,
  ): Promise<number> {
    return this._start(kinds.POLL, options, (operation) => {
      const bits = toInt("events", events);
      const entry = this._prepare(io.IORING_OP_POLL_ADD, file, operation, null);
      entry.opFlags = bits;
      return entry;
    });
  }

  /**
   * Waits for a time.
   *
   * @param timeoutMs The time in milliseconds, which need not be an integer.
   * @throws {RangeError} If it is negative, or not a number.
   */
  timeout(
    timeoutMs: number,
    options: OperationOptions = NO_OPTIONS,
  ): Promise<void> {
    return this._start(kinds.TIMEOUT, options, (operation) => {
      checkNumber("timeoutMs", timeoutMs);
      if (!(timeoutMs >= 0) || timeoutMs > Number.MAX_SAFE_INTEGER) {
        throw new RangeError(`Cannot wait for ${timeoutMs} ms`);
      }
      const time = new DataView(new ArrayBuffer(KERNEL_TIMESPEC.size));
      const { tv_sec, tv_nsec } = KERNEL_TIMESPEC.offset;
      const seconds = Math.floor(timeoutMs / 1000);
      time.setBigInt64(tv_sec, BigInt(seconds), true);
      const rest = Math.floor((timeoutMs - seconds * 1000) * 1e6);
      time.setBigInt64(tv_nsec, BigInt(rest), true);
      const entry = this._prepare(io.IORING_OP_TIMEOUT, -1, operation, time);
      entry.address = addressOf(time);
      entry.length = 1;
      return entry;
    });
  }

  /**
   * Cancels all operations on a file. To cancel a single operation, abort its
   * `signal`.
   *
   * @param file The file.
   * @returns The number of operations found.
   * @throws {SyscallError} `EINVAL` before Linux 5.19; `EBADF`.
   */
  cancelFile(
    file: RingFile,
    options: OperationOptions = NO_OPTIONS,
  ): Promise<number> {
    return this._start(kinds.CANCEL, options, (operation) => {
      const opcode = io.IORING_OP_ASYNC_CANCEL;
      const isFixed = typeof file !== "number";
      const fd = isFixed ? indexOf(file) : file;
      const entry = this._prepare(opcode, fd, operation, null);
      entry.opFlags = io.IORING_ASYNC_CANCEL_ALL | io.IORING_ASYNC_CANCEL_FD |
        (isFixed ? IORING_ASYNC_CANCEL_FD_FIXED : 0);
      return entry;
    });
  }

  /**
   * Sends a command to a file's driver. Linux 5.19 or newer.
   *
   * @param file The file.
   * @param command The command.
   * @returns The driver's result.
   * @throws {SyscallError} `EOPNOTSUPP` if the file's driver does not support
   * commands, or this command; any other error of the driver.
   * @throws {RangeError} If the command's data or memory is too long.
   */
  uringCmd(
    file: RingFile,
    command: DriverCommand,
    options: OperationOptions = NO_OPTIONS,
  ): Promise<number> {
    return this._start(kinds.COMMAND, options, (operation) => {
      const { op, bytes, memory } = checkOptions("command", command);
      toUnsigned("op", op);
      if (bytes !== undefined) checkBytes("bytes", bytes);
      if (memory !== undefined) checkBytes("memory", memory);
      const length = bytes?.length ?? 0;
      if (length > this.commandLength) {
        throw new RangeError(`Cannot send a command of ${length} bytes`);
      }
      const size = toUnsigned("memory.length", memory?.length ?? 0);
      const address = memory === undefined ? 0 : addressOf(memory);
      const opcode = io.IORING_OP_URING_CMD;
      const entry = this._prepare(opcode, file, operation, memory);
      entry.commandOp = op;
      entry.address = address;
      entry.length = size;
      if (bytes !== undefined) entry.command = bytes;
      return entry;
    });
  }
}
