/**
 * Drops mappings in a process of its own, and prints how many stay mapped:
 * before the garbage collector ran, and afterwards.
 *
 * @module
 */

import { MMap } from "../../mmap/mod.ts";
import { getpagesize } from "../../posix/mod.ts";
import { mappingsOf, openFds } from "../_support/leaks.ts";

const COUNT = 3000;
const PS = getpagesize();

function count(): { mappings: number; fds: number } {
  const fds = [...openFds().values()].filter((name) =>
    name.includes("memfd:dropped")
  );
  return { mappings: mappingsOf("/memfd:dropped").length, fds: fds.length };
}

/** Maps and forgets: whole mappings, slices, and what is left of some. */
function drop(): void {
  for (let i = 0; i < COUNT / 3; i++) {
    MMap.memfd("dropped", 2 * PS);
    MMap.memfd("dropped", PS).slice(5);
    MMap.memfd("dropped", 2 * PS).slice(0, PS).unmap();
  }
}

async function main(): Promise<void> {
  const kept = MMap.memfd("dropped", PS);
  drop();
  const before = count();
  for (let i = 0; i < 5; i++) {
    (globalThis as unknown as { gc(): void }).gc();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const after = count();
  kept.bytes[0] = 1;
  // deno-lint-ignore no-console -- the parent reads it
  console.log(JSON.stringify({ before, after, kept: kept.bytes[0] }));
}

if (import.meta.main) main();
