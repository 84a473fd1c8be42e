import { errno, libc, linuxLibc, POLLIN } from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";

/** The system call number of pidfd_open(2) on every CPU: asm/unistd.h. */
const SYS_PIDFD_OPEN = 434n;

/** A reference to a process that stays valid when its PID is reused. */
export class Pidfd {
  #fd: number;
  /** A `struct pollfd`: the descriptor, then events and revents of 16 bits. */
  readonly #poll: Int32Array<ArrayBuffer>;

  /**
   * Opens a process.
   *
   * @throws {SyscallError} `ESRCH` if there is no such process; `EINVAL` if
   * `pid` is a thread ID other than that of a main thread.
   */
  constructor(pid: number) {
    this.#fd = linuxLibc()
      .syscall(SYS_PIDFD_OPEN, BigInt(pid), 0n, 0n, 0n, 0n, 0n);
    if (this.#fd < 0) throw new SyscallError("pidfd_open", errno());
    this.#poll = new Int32Array([this.#fd, POLLIN]);
  }

  /** Whether the process has not exited yet. */
  get alive(): boolean {
    return libc().poll(this.#poll, 1n, 0) === 0;
  }

  /** Closes the descriptor; calling this again is harmless. */
  close(): void {
    if (this.#fd >= 0) libc().close(this.#fd);
    this.#fd = -1;
  }
}
