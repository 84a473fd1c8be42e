import { errno, libc } from "../ffi/internal.ts";
import { EFAULT, EIO, ESRCH, O_RDWR } from "../posix/mod.ts";
import { type Iovecs, piecewise } from "../posix/process_memory/internal.ts";
import { openProcFile, type Pid } from "./_proc_file.ts";

/**
 * A process's memory through /proc/PID/mem, which lets a debugger bypass the
 * protection of private pages. See proc_pid_mem(5).
 *
 * The file refers to the address space that the process had when the file was
 * opened. execve(2) replaces that address space, so do not keep the file open.
 */
export class MemFile implements Disposable {
  readonly #fd: number;

  constructor(pid: Pid) {
    this.#fd = openProcFile(pid, "mem", O_RDWR);
  }

  read(ranges: Iovecs, count: number, dst: Uint8Array): number {
    return piecewise(ranges, count, dst, (address, part) => {
      return resultOf(
        libc().pread(this.#fd, part, BigInt(part.length), address),
      );
    });
  }

  write(ranges: Iovecs, count: number, src: Uint8Array): number {
    return piecewise(ranges, count, src, (address, part) => {
      return resultOf(
        libc().pwrite(this.#fd, part, BigInt(part.length), address),
      );
    });
  }

  [Symbol.dispose](): void {
    libc().close(this.#fd);
  }
}

/** Converts the result of a read or write of the file to that of a Memory. */
function resultOf(n: number): number {
  if (n > 0) return n;
  if (n === 0) return -ESRCH;
  // For a page that is not mapped, the file fails with EIO.
  const reason = errno();
  return reason === EIO ? -EFAULT : -reason;
}
