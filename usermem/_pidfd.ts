import { errno, libc, linuxLibc } from "../ffi/libc.ts";
import { SyscallError } from "../ffi/syscall_error.ts";

/** asm/unistd.h, the same on every CPU. */
const SYS_PIDFD_OPEN = 434n;

/** poll.h */
const POLLIN = 1;

/** A process that stays the same one, whoever gets its number next. */
export class Pidfd {
  #fd: number;
  /** A `struct pollfd`: the descriptor, and events and revents of 16 bits. */
  readonly #poll: Int32Array<ArrayBuffer>;

  /**
   * Opens a process.
   *
   * @throws {SyscallError} `ESRCH` if there is none; `EINVAL` if it is a thread
   * other than a process's first.
   */
  constructor(pid: number) {
    this.#fd = linuxLibc()
      .syscall(SYS_PIDFD_OPEN, BigInt(pid), 0n, 0n, 0n, 0n, 0n);
    if (this.#fd < 0) throw new SyscallError("pidfd_open", errno());
    this.#poll = new Int32Array([this.#fd, POLLIN]);
  }

  /** Whether the process has not exited. */
  get alive(): boolean {
    return libc().poll(this.#poll, 1n, 0) === 0;
  }

  /** Closes the descriptor; twice is harmless. */
  close(): void {
    if (this.#fd >= 0) libc().close(this.#fd);
    this.#fd = -1;
  }
}
