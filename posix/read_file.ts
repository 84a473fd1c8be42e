import { cString, errno, libc } from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { O_CLOEXEC, O_RDONLY } from "./constants_fcntl.ts";

/** Reads a file of `/proc` to its end, with no permission except FFI's. */
export function readFile(path: string): Uint8Array {
  const fd = libc().open(cString(path), O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) throw new SyscallError("open", errno(), { path });
  try {
    return readToEnd(fd, path);
  } finally {
    libc().close(fd);
  }
}

/** Reads an open file from its position to its end; `path` is for errors. */
export function readToEnd(fd: number, path?: string): Uint8Array {
  let bytes = new Uint8Array(new ArrayBuffer(64 * 1024));
  for (let length = 0;;) {
    const room = bytes.subarray(length);
    const n = libc().read(fd, room, BigInt(room.length));
    if (n < 0) throw new SyscallError("read", errno(), { path });
    if (n === 0) return bytes.subarray(0, length);
    length += n;
    if (length === bytes.length) {
      const larger = new Uint8Array(new ArrayBuffer(2 * length));
      larger.set(bytes);
      bytes = larger;
    }
  }
}
