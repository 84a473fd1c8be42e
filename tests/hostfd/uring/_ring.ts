/**
 * Tests with a ring, skipped by name where the kernel refuses io_uring.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { SyscallError } from "../../../ffi/mod.ts";
import {
  IORING_SETUP_COOP_TASKRUN,
  Ring,
  type RingOptions,
} from "../../../hostfd/uring/mod.ts";
import { assertNoFdLeak } from "../../_support/leaks.ts";

/** Whether this machine has io_uring; emulators have none. */
export const hasRing: boolean = Deno.build.os === "linux" && !isRefused();

function isRefused(): boolean {
  try {
    new Ring({ entries: 1 }).close();
    return false;
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    return true;
  }
}

/** What a kernel may know: completions on request, with other work, at once. */
const SETUPS: Readonly<Record<string, number | undefined>> = {
  "": undefined,
  ", cooperative": IORING_SETUP_COOP_TASKRUN,
  ", plain": 0,
};

/**
 * Runs `body` with a ring of each kind, and fails if a descriptor or mapping
 * stays.
 */
export function withRing(
  name: string,
  body: (ring: Ring) => void | Promise<void>,
  options: RingOptions = {},
): void {
  for (const [suffix, setupFlags] of Object.entries(SETUPS)) {
    Deno.test({
      name: name + suffix,
      ignore: !hasRing || options.setupFlags !== undefined && suffix !== "",
      fn: () =>
        assertNoFdLeak(async () => {
          const flags = setupFlags === undefined ? {} : { setupFlags };
          await using ring = new Ring({ ...options, ...flags });
          await body(ring);
        }),
    });
  }
}

/** This process's mappings of rings. */
export function ringMappings(): string[] {
  return Deno.readTextFileSync("/proc/self/maps").split("\n").filter((line) =>
    line.includes("anon_inode:[io_uring]")
  );
}

/** Lets the event loop turn until a ring without completions sleeps. */
export async function untilAsleep(): Promise<void> {
  for (let i = 0; i < 100; i++) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** Collects garbage, and calls finalizers. */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc");
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve));
    gc();
  }
  await new Promise((resolve) => setTimeout(resolve));
}
