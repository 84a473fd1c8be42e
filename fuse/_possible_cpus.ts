import { decodeBytes } from "../ffi/c_string.ts";
import { readFile } from "./_read_file.ts";

/**
 * Returns how many CPUs there may ever be: a list such as `0-3,8`.
 *
 * @throws {SyscallError} ENOENT where /sys is not mounted.
 */
export function possibleCpus(): number {
  const list = decodeBytes(readFile("/sys/devices/system/cpu/possible"));
  return list.trim().split(",").map((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return last - first + 1;
  }).reduce((sum, count) => sum + count, 0);
}
