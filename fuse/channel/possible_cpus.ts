import { decodeBytes } from "../../ffi/internal.ts";
import { readFile } from "../../posix/internal.ts";

/**
 * Returns the number of possible CPUs, including those that are offline.
 *
 * @throws {SyscallError} ENOENT where /sys is not mounted.
 */
export function possibleCpus(): number {
  return countCpus(decodeBytes(readFile("/sys/devices/system/cpu/possible")));
}

/** Counts the CPUs in a list such as `0-3,8`. */
export function countCpus(list: string): number {
  return list.split(",").map((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return last - first + 1;
  }).reduce((sum, count) => sum + count, 0);
}
