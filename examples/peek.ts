/**
 * Prints the arguments and environment of another process, and its mappings:
 * the size of each, and how much of it is in memory now.
 *
 * ```sh
 * deno run --allow-ffi examples/peek.ts $$
 * ```
 *
 * The process must be yours, or you must be root.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- an example prints

import { type MemoryMapping, ProcessIO } from "@hostkit/hostkit/usermem";

function list(title: string, lines: readonly string[]): void {
  console.log(`${title}\n${lines.map((line) => `  ${line}\n`).join("")}`);
}

function kilobytes(bytes: number): string {
  return `${bytes / 1024}K`;
}

/** Returns `0x1000-0x3000 rw-p  4K of 8K  /path`, in columns. */
function describe(mapping: MemoryMapping): string {
  const { range, access, shared, resident, path } = mapping;
  const addresses = `0x${range.start.toString(16)}-0x${range.end.toString(16)}`;
  const size = kilobytes(Number(range.length));
  return [
    addresses.padEnd(29),
    `${access}${shared ? "s" : "p"}`,
    `${kilobytes(resident!)} of ${size}`.padStart(22),
    path,
  ].join(" ").trimEnd();
}

function peek(pid: number): void {
  using io = ProcessIO.of(pid);
  list("Arguments", io.args());
  list("Environment", io.environ());
  const mappings = io.maps({ residency: true });
  list("Memory", mappings.map(describe));
  const total = mappings.reduce((sum, { resident }) => sum + resident!, 0);
  console.log(`${kilobytes(total)} in memory`);
}

if (import.meta.main) {
  const pid = Number(Deno.args[0]);
  if (Deno.args.length !== 1 || !(pid > 0)) {
    console.error("Usage: peek.ts PID");
    Deno.exit(2);
  }
  try {
    peek(pid);
  } catch (error) {
    console.error(`Cannot peek at ${pid}: ${(error as Error).message}`);
    Deno.exit(1);
  }
}
