import { errno, libc } from "../ffi/libc.ts";
import { EFAULT, EIO, ESRCH } from "../posix/constants_errno.ts";
import { O_RDWR } from "../posix/constants_fcntl.ts";
import { openProcFile, type Pid } from "./_proc_file.ts";
import { type Iovecs, piecewise } from "../posix/process_memory/memory.ts";

/**
 * A process's memory through /proc/PID/mem, which lets a debugger past the
 * protection of private pages. See proc_pid_mem(5).
 *
 * The file is bound to the address space that the process had when it was
 * opened, which execve(2) ends: do not keep it open.
 */
export class MemFile implements Disposable {
  readonly #fd: number;

  constructor(pid: Pid) {
    this.#fd = openProcFile(pid, "mem", O_RDWR);
  }

  read(ranges: Iovecs, count: number, dst: Uint8Array): number {
    return piecewise(ranges, count, dst, (address, part) => {
      return outcome(
        libc().pread(this.#fd, part, BigInt(part.length), address),
      );
    });
  }

  write(ranges: Iovecs, count: number, src: Uint8Array): number {
    return piecewise(ranges, count, src, (address, part) => {
      return outcome(
        libc().pwrite(this.#fd, part, BigInt(part.length), address),
      );
    });
  }

  [Symbol.dispose](): void {
    libc().close(this.#fd);
  }
}

/** Returns what a read or write of the file came to, as a Memory tells it. */
function outcome(n: number): number {
  if (n > 0) return n;
  if (n === 0) return -ESRCH;
  // The file says EIO of a page that is not there.
  const reason = errno();
  return reason === EIO ? -EFAULT : -reason;
}
