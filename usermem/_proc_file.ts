import { cString } from "../ffi/c_string.ts";
import { errno, libc } from "../ffi/libc.ts";
import { SyscallError } from "../ffi/syscall_error.ts";
import { ENOENT, ESRCH } from "../posix/constants_errno.ts";
import { O_CLOEXEC, O_RDONLY } from "../posix/constants_fcntl.ts";
import { readToEnd } from "../posix/read_file.ts";

/** The name of a process's directory in /proc. */
export type Pid = number | "self";

/** Opens a file in a process's directory in /proc; the caller closes it. */
export function openProcFile(pid: Pid, name: string, flags: number): number {
  const path = `/proc/${pid}/${name}`;
  const fd = libc().open(cString(path), flags | O_CLOEXEC, 0);
  if (fd >= 0) return fd;
  const reason = errno();
  throw new SyscallError("open", reason === ENOENT ? ESRCH : reason, { path });
}

/** Reads a text file in a process's directory in /proc. */
export function readProcFile(pid: Pid, name: string): string {
  const fd = openProcFile(pid, name, O_RDONLY);
  try {
    return readText(fd);
  } finally {
    libc().close(fd);
  }
}

/** Reads an open text file from its position to its end. */
export function readText(fd: number): string {
  return new TextDecoder().decode(readToEnd(fd));
}
