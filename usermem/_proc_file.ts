import { cString, errno, libc } from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { readToEnd } from "../posix/internal.ts";
import { ENOENT, ESRCH, O_CLOEXEC, O_RDONLY } from "../posix/mod.ts";

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
