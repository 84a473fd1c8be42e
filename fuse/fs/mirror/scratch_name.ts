import { encodeBytes, errno, libc } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { O_CLOEXEC, O_PATH } from "../../../posix/mod.ts";

/** linux/limits.h: NAME_MAX and a NUL byte. */
const NAME_SIZE = 256;
const NAMES = [0, 1].map(() => new Uint8Array(new ArrayBuffer(NAME_SIZE)));
const FD_PATH = new Uint8Array(new ArrayBuffer(32));
const FD_PREFIX = "/proc/self/fd/";
const ZERO = 0x30;

/**
 * Returns a file's name with a NUL byte, in memory that the next call reuses:
 * make the system call at once. The memory is longer than the name.
 *
 * @param which The buffer to use, 0 or 1.
 */
export function scratchName(name: string, which = 0): Uint8Array<ArrayBuffer> {
  const bytes = NAMES[which]!;
  const { length } = name;
  if (length < NAME_SIZE) {
    let i = 0;
    for (let code: number; i < length; i++) {
      if ((code = name.charCodeAt(i)) >= 0x80) break;
      bytes[i] = code;
    }
    bytes[i] = 0;
    if (i === length) return bytes;
  }
  const encoded = encodeBytes(`${name}\0`);
  if (encoded.length > NAME_SIZE) return encoded;
  bytes.set(encoded);
  return bytes;
}

FD_PATH.set(encodeBytes(FD_PREFIX));

/**
 * Returns the path in `/proc/self/fd` of a descriptor, for system calls that
 * take no descriptor, in memory that the next call reuses.
 */
export function procPath(fd: number): Uint8Array<ArrayBuffer> {
  let end = FD_PREFIX.length;
  for (let rest = fd; rest >= 10; rest = Math.floor(rest / 10)) end++;
  FD_PATH[end + 1] = 0;
  for (let rest = fd; end >= FD_PREFIX.length; end--) {
    FD_PATH[end] = ZERO + rest % 10;
    rest = Math.floor(rest / 10);
  }
  return FD_PATH;
}

/** Opens the file of a descriptor once more, with O_PATH. */
export function openAnew(fd: number): number {
  const other = libc().open(procPath(fd), O_PATH | O_CLOEXEC, 0);
  if (other < 0) throw new SyscallError("open", errno());
  return other;
}
