/**
 * Calls that fail, each for a reason of its own, while the heap churns.
 *
 * As a program it makes as many as its argument says and prints the result.
 *
 * @module
 */

import { cString } from "../../ffi/c_string.ts";
import { errnoName } from "../../ffi/errno.ts";
import { errno, libc } from "../../ffi/libc.ts";

const O_RDONLY = 0;
const O_WRONLY = 1;

const ROOT = cString("/");
const MISSING = cString("/no/such/file");
const NOT_IN_A_DIRECTORY = cString("/dev/null/file");
const TOO_LONG = cString("/" + "x".repeat(300));
const target = new Uint8Array(64);

const { close, open, openat, readlinkat } = libc();

/** Each fails for the same reason on every platform. */
const CALLS: readonly (readonly [code: string, call: () => number])[] = [
  ["EBADF", () => close(-1)],
  ["ENOENT", () => openat(-1, MISSING, O_RDONLY, 0)],
  ["EISDIR", () => openat(-1, ROOT, O_WRONLY, 0)],
  ["EINVAL", () => readlinkat(-1, ROOT, target, 64n)],
  ["ENOTDIR", () => open(NOT_IN_A_DIRECTORY, O_RDONLY, 0)],
  ["ENAMETOOLONG", () => open(TOO_LONG, O_RDONLY, 0)],
  ["EFAULT", () => open(null, O_RDONLY, 0)],
];

const ALLOCATIONS: readonly ((i: number) => unknown)[] = [
  (i) => new Uint8Array(i % 512),
  (i) => new Array(i % 64).fill({ i }),
  (i) => `${i}`.padStart(i % 512),
];

/** Some of what was allocated lives on, so that collections have work. */
const heap: unknown[] = [];

/**
 * Makes failing calls of all kinds in turn, and returns how often `errno()`
 * gave what: `{}` when it was always right, since the right ones are left out.
 *
 * @param count How many calls to make.
 * @param first Where in the turn to start.
 */
export function wrongErrnos(
  count: number,
  first = 0,
): Record<string, number> {
  const wrong: Record<string, number> = {};
  for (let i = first; i < first + count; i++) {
    const [code, call] = CALLS[i % CALLS.length]!;
    const seen = call() < 0 ? errno() : 0;
    if (errnoName(seen) !== code) {
      const what = `${seen} for ${code}`;
      wrong[what] = (wrong[what] ?? 0) + 1;
    }
    heap[i % 4096] = ALLOCATIONS[i % ALLOCATIONS.length]!(i);
  }
  return wrong;
}

if (import.meta.main) {
  // deno-lint-ignore no-console -- a command's output
  console.log(JSON.stringify(wrongErrnos(Number(Deno.args[0]))));
}
