import { cString } from "../ffi/c_string.ts";
import { errno, libc } from "../ffi/libc.ts";
import { SyscallError } from "../ffi/syscall_error.ts";
import { ENOENT, ESRCH } from "../posix/constants_errno.ts";
import { O_CLOEXEC, O_RDONLY } from "../posix/constants_fcntl.ts";

/** Which directory of /proc. */
export type Pid = number | "self";

/** Opens a file of a process's directory in /proc; the caller closes it. */
export function openProcFile(pid: Pid, name: string, flags: number): number {
  const path = `/proc/${pid}/${name}`;
  const fd = libc().open(cString(path), flags | O_CLOEXEC, 0);
  if (fd >= 0) return fd;
  const reason = errno();
  throw new SyscallError("open", reason === ENOENT ? ESRCH : reason, { path });
}

/** Reads a text file of a process's directory in /proc. */
export function readProcFile(pid: Pid, name: string): string {
  const fd = openProcFile(pid, name, O_RDONLY);
  try {
    return readText(fd);
  } finally {
    libc().close(fd);
  }
}

/** Reads what is left of an open text file. */
export function readText(fd: number): string {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(65536);
  let text = "";
  for (;;) {
    const n = libc().read(fd, buffer, BigInt(buffer.length));
    if (n < 0) throw new SyscallError("read", errno());
    if (n === 0) return text + decoder.decode();
    text += decoder.decode(buffer.subarray(0, n), { stream: true });
  }
}
