/**
 * Counts lines, words and bytes of files of any size, as wc(1) does. The files
 * are mapped, so no byte is copied, and only a small part needs to be in memory
 * at once.
 *
 * ```sh
 * deno run --allow-ffi examples/word_count.ts /var/log/*.log
 * ```
 *
 * @module
 */

// deno-lint-ignore-file no-console -- an example prints

import { MADV_SEQUENTIAL, MMap } from "@hostkit/hostkit/mmap";

/** The number of bytes to count at once: a 32-bit index is faster. */
const CHUNK = 2 ** 30;
const NEWLINE = 0x0a;

/** For each byte value, 1 if it separates words. */
const IS_SPACE = new Uint8Array(256);
for (const char of " \t\n\v\f\r") IS_SPACE[char.charCodeAt(0)] = 1;

interface Counts {
  lines: number;
  words: number;
  bytes: number;
}

function count(path: string): Counts {
  using file = MMap.open(path, { advice: MADV_SEQUENTIAL });
  const counts = { lines: 0, words: 0, bytes: file.length };
  let before = 1;
  for (let start = 0; start < file.length; start += CHUNK) {
    before = countChunk(file.slice(start, start + CHUNK).bytes, before, counts);
  }
  return counts;
}

/**
 * Counts the lines and words in a part of a file.
 *
 * @param before 0 if the byte before this part belongs to a word, else 1.
 * @returns The `before` of the next part.
 */
function countChunk(bytes: Uint8Array, before: number, counts: Counts): number {
  let lines = 0;
  let words = 0;
  let space = before;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    const next = IS_SPACE[byte]!;
    // A word begins where a byte that is not a space follows a space.
    words += space & ~next;
    space = next;
    if (byte === NEWLINE) lines++;
  }
  counts.lines += lines;
  counts.words += words;
  return space;
}

function print({ lines, words, bytes }: Counts, name: string): void {
  const columns = [lines, words, bytes].map((n) => String(n).padStart(11));
  console.log(`${columns.join(" ")} ${name}`);
}

/** Counts all files that can be read; returns the exit status. */
function main(paths: string[]): number {
  if (paths.length === 0) {
    console.error("Usage: word_count.ts FILE…");
    return 2;
  }
  const total: Counts = { lines: 0, words: 0, bytes: 0 };
  let status = 0;
  for (const path of paths) {
    try {
      const counts = count(path);
      print(counts, path);
      total.lines += counts.lines;
      total.words += counts.words;
      total.bytes += counts.bytes;
    } catch (error) {
      console.error(`Cannot count: ${(error as Error).message}`);
      status = 1;
    }
  }
  if (paths.length > 1) print(total, "total");
  return status;
}

if (import.meta.main) Deno.exit(main(Deno.args));
