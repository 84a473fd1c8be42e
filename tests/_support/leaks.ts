/**
 * Leaks that the runtime's sanitizers cannot see: what libc opened or mapped.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { libc } from "../../ffi/libc.ts";

const F_GETFD = 1;

/**
 * Runs `body`, and fails if it left a file descriptor open.
 *
 * The runtime opens some of its own at the first use of a signal, a child
 * process and the like: use such a thing once before.
 */
export function assertNoFdLeak(body: () => Promise<void>): Promise<void>;
export function assertNoFdLeak(body: () => void): void;
export function assertNoFdLeak(
  body: () => void | Promise<void>,
): void | Promise<void> {
  const before = openFds();
  const check = (): void => {
    const leaked = [...openFds()].filter(([fd]) => !before.has(fd));
    assertEquals(leaked, [], "Leaked file descriptors");
  };
  const done = body();
  return done instanceof Promise ? done.then(check) : check();
}

/** Returns every open file descriptor, with what it is open on where known. */
export function openFds(): Map<number, string> {
  const fds = new Map<number, string>();
  for (const fd of fdCandidates()) {
    if (libc().fcntl(fd, F_GETFD, 0) >= 0) fds.set(fd, describeFd(fd));
  }
  return fds;
}

function fdCandidates(): number[] {
  try {
    const entries = Deno.readDirSync("/proc/self/fd");
    return Array.from(entries, ({ name }) => Number(name));
  } catch {
    return Array.from({ length: 1024 }, (_, fd) => fd);
  }
}

function describeFd(fd: number): string {
  try {
    return Deno.readLinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return "?";
  }
}

/**
 * Returns this process's mappings of a file: the lines of `/proc/self/maps`
 * that end in its path, or in `/memfd:name` for a memfd. Linux only.
 */
export function mappingsOf(path: string): string[] {
  return Deno.readTextFileSync("/proc/self/maps").split("\n").filter((line) =>
    line.endsWith(` ${path}`) || line.endsWith(` ${path} (deleted)`)
  );
}
