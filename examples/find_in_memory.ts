/**
 * Finds a text in the memory of another process, wherever it is.
 *
 * ```sh
 * deno run --allow-ffi examples/find_in_memory.ts $$ /bin/
 * ```
 *
 * The process must be yours, or you must be root. Prints each address with what
 * stands there, and exits with 1 if there is none.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- an example prints

import { type AddrRange, ProcessIO } from "@hostkit/hostkit/usermem";

/** How much is read at once. */
const CHUNK = 1 << 20;

/** How much is shown of what stands at an address. */
const SHOWN = 60;

/**
 * Yields what can be read of a range, part by part with its address; each begins
 * with the last `overlap` bytes of the one before.
 */
function* partsOf(
  io: ProcessIO,
  range: AddrRange,
  overlap: number,
): Generator<[address: bigint, bytes: Uint8Array]> {
  const buffer = new Uint8Array(CHUNK + overlap);
  for (let at = range.start; at < range.end; at += BigInt(CHUNK)) {
    const rest = Number(range.end - at);
    const bytes = buffer.subarray(0, Math.min(rest, buffer.length));
    try {
      io.copyIn(at, bytes);
    } catch (error) {
      const { code, transferred } = error as Record<string, unknown>;
      if (code !== "EFAULT") throw error;
      // The rest went away meanwhile, or belongs to a device.
      yield [at, bytes.subarray(0, Number(transferred))];
      return;
    }
    yield [at, bytes];
  }
}

/** Yields where in some bytes others begin. */
function* occurrences(bytes: Uint8Array, text: Uint8Array): Generator<number> {
  const first = text[0]!;
  for (let at = -1; (at = bytes.indexOf(first, at + 1)) >= 0;) {
    if (text.every((byte, i) => bytes[at + i] === byte)) yield at;
  }
}

/** Returns the start of some bytes, up to a NUL, as it can be printed. */
function show(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder()
    .decode(bytes.subarray(0, end < 0 ? SHOWN : Math.min(end, SHOWN)))
    .replace(/\p{C}/gu, ".");
}

/** Prints every place where a text stands; returns how many there are. */
function find(pid: number, text: Uint8Array): number {
  using io = ProcessIO.of(pid);
  let count = 0;
  for (const { range, access, path } of io.maps()) {
    if (!access.read) continue;
    for (const [address, bytes] of partsOf(io, range, text.length - 1)) {
      for (const at of occurrences(bytes, text)) {
        const place = (address + BigInt(at)).toString(16);
        console.log(`0x${place} ${path || "-"} ${show(bytes.subarray(at))}`);
        count++;
      }
    }
  }
  return count;
}

if (import.meta.main) {
  const pid = Number(Deno.args[0]);
  const text = new TextEncoder().encode(Deno.args[1] ?? "");
  if (Deno.args.length !== 2 || !(pid > 0) || text.length === 0) {
    console.error("Usage: find_in_memory.ts PID TEXT");
    Deno.exit(2);
  }
  try {
    if (find(pid, text) === 0) Deno.exit(1);
  } catch (error) {
    console.error(`Cannot search ${pid}: ${(error as Error).message}`);
    Deno.exit(1);
  }
}
