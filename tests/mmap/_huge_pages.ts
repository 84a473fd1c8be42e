/**
 * The system's pool of huge pages.
 *
 * @module
 */

import { isQemu } from "../_support/platform.ts";

const NR_HUGEPAGES = "/proc/sys/vm/nr_hugepages";

/** The size of a huge page in bytes; 0 where the kernel has none. */
export const HUGE: number = meminfo("Hugepagesize") * 1024;

/** Whether huge pages can be set aside here. */
export const canSetAside: boolean = HUGE > 0 && !isQemu && succeeds(() => {
  withHugePages(2, () => {});
});

/** Returns how many pages of the pool nobody has, or was promised. */
export function freeHugePages(): number {
  return meminfo("HugePages_Free") - meminfo("HugePages_Rsvd");
}

/** Runs `body` with so many huge pages more in the pool, which go afterwards. */
export function withHugePages(count: number, body: () => void): void {
  // The pool is the whole system's, and so another run of the tests has it too.
  using pool = Deno.openSync(NR_HUGEPAGES);
  pool.lockSync(true);
  const before = Deno.readTextFileSync(NR_HUGEPAGES);
  try {
    Deno.writeTextFileSync(NR_HUGEPAGES, `${Number(before) + count}`);
    if (freeHugePages() < count) throw new Error("Memory is too fragmented");
    body();
  } finally {
    Deno.writeTextFileSync(NR_HUGEPAGES, before);
  }
}

/** Returns a field of the mapping at an address, as `/proc/self/smaps` has it. */
export function smapsField(address: bigint, name: string): string {
  const text = Deno.readTextFileSync("/proc/self/smaps");
  const start = text.indexOf(`\n${address.toString(16)}-`);
  const line = text.indexOf(`\n${name}:`, start);
  if (start < 0 || line < 0) throw new Error(`no ${name} at ${address}`);
  return text.slice(line + name.length + 2, text.indexOf("\n", line + 1))
    .trim();
}

/** Returns a number of `/proc/meminfo`; 0 where it is not there. */
function meminfo(name: string): number {
  const text = Deno.readTextFileSync("/proc/meminfo");
  return Number(new RegExp(`^${name}: *(\\d+)`, "m").exec(text)?.[1] ?? 0);
}

function succeeds(body: () => void): boolean {
  try {
    body();
    return true;
  } catch {
    return false;
  }
}
