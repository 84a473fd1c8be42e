import { O_CLOEXEC } from "../../../../posix/constants_fcntl.ts";
import { cString } from "../../../../ffi/c_string.ts";
import { libc } from "../../../../ffi/libc.ts";

/** Returns a new descriptor. */
export function openNull(): number {
  return libc().open(cString("/dev/null"), O_CLOEXEC, 0);
}
