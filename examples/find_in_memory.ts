/**
 * Finds a text in the memory of another process.
 *
 * ```sh
 * deno run --allow-ffi examples/find_in_memory.ts $$ /bin/
 * ```
 *
 * The process must be yours, or you must be root. Prints each address with the
 * text that starts there, and exits with 1 if there is no match.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- an example prints

import { type AddrRange, ProcessIO } from "@hostkit/hostkit/usermem";

/** The number of bytes to read at once. */
const CHUNK = 1 << 20;

/** The number of bytes to print for each match. */
const SHOWN = 60;

/**
 * Yields the readable part of a range in pieces, each with its address. Each
 * piece begins with the last `overlap` bytes of the previous piece.
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
      // The rest was unmapped meanwhile, or belongs to a device.
      yield [at, bytes.subarray(0, Number(transferred))];
      return;
    }
    yield [at, bytes];
  }
}

/** Yields each index at which a text begins. */
function* occurrences(bytes: Uint8Array, text: Uint8Array): Generator<number> {
  const first = text[0]!;
  for (let at = -1; (at = bytes.indexOf(first, at + 1)) >= 0;) {
    if (text.every((byte, i) => bytes[at + i] === byte)) yield at;
  }
}

/**
 * Returns the bytes up to a NUL, at most {@linkcode SHOWN}, in printable form.
 */
function show(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder()
    .decode(bytes.subarray(0, end < 0 ? SHOWN : Math.min(end, SHOWN)))
    .replace(/\p{C}/gu, ".");
}

/** Prints every match of a text; returns the number of matches. */
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
