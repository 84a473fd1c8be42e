import { SyscallError } from "../../../ffi/mod.ts";
import { readFile } from "../../../posix/internal.ts";

/** A lock of an open file for which a process waits. */
export interface AwaitedLock {
  readonly major: number;
  readonly minor: number;
  readonly inode: bigint;
  readonly start: bigint;
}

/**
 * Returns the locks of open files, which a mirror's are, for which a process
 * waits with a lock of its own: as `/proc/locks` has them, each followed by who
 * waits for it. None where that may not be read.
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
