import { checkText, encodeBytes } from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { ENAMETOOLONG } from "../posix/mod.ts";
import { AF_UNIX } from "./constants_socket.ts";

/** The longest path in bytes: `sun_path` of sys/un.h, less the NUL. */
const PATH_MAX = 107;

/** Returns a `struct sockaddr_un`: the family, and the path with its NUL. */
export function unixAddress(
  syscall: string,
  path: string,
): Uint8Array<ArrayBuffer> {
  const isAbstract = checkText("path", path).startsWith("\0");
  if (path.includes("\0", 1) || path === "") {
    throw new TypeError(`Cannot use ${JSON.stringify(path)} as a path`);
  }
  const name = encodeBytes(path);
  if (name.length > PATH_MAX) {
    throw new SyscallError(syscall, ENAMETOOLONG, { path });
  }
  const address = new Uint8Array(2 + name.length + (isAbstract ? 0 : 1));
  address[0] = AF_UNIX;
  address.set(name, 2);
  return address;
}
