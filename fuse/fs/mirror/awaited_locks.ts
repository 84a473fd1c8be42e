import { SyscallError } from "../../../ffi/mod.ts";
import { readFile } from "../../../posix/internal.ts";

/** A lock of an open file (OFD lock) that a process waits for. */
export interface AwaitedLock {
  readonly major: number;
  readonly minor: number;
  readonly inode: bigint;
  readonly start: bigint;
}

/**
 * Returns the locks of open files, such as a mirror takes, that a process waits
 * for with a POSIX lock. `/proc/locks` lists each lock, followed by the
 * requests that wait for it. Returns none if that file may not be read.
 */
export function awaitedLocks(pid: number): AwaitedLock[] {
  const found: AwaitedLock[] = [];
  let holder: string[] = [];
  for (const line of linesOf("/proc/locks")) {
    // 7: OFDLCK ADVISORY WRITE -1 fe:00:1234 0 EOF
    // 7: -> POSIX ADVISORY WRITE 4321 fe:00:1234 0 EOF
    const [, ...words] = line.trim().split(/\s+/);
    if (words[0] !== "->") holder = words;
    else if (words[1] === "POSIX" && Number(words[4]) === pid) {
      const [kind, , , , file = "", start = ""] = holder;
      const [major = "", minor = "", inode = ""] = file.split(":");
      if (kind !== "OFDLCK") continue;
      found.push({
        major: parseInt(major, 16),
        minor: parseInt(minor, 16),
        inode: BigInt(inode),
        start: BigInt(start),
      });
    }
  }
  return found;
}

function linesOf(path: string): string[] {
  try {
    return new TextDecoder().decode(readFile(path)).split("\n");
  } catch (error) {
    if (error instanceof SyscallError) return [];
    throw error;
  }
}
