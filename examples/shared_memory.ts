/**
 * Shares memory with a Python process at the same address, so that pointers in
 * it are valid in both processes.
 *
 * ```sh
 * deno run --allow-ffi --allow-run=python3 examples/shared_memory.ts
 * ```
 *
 * @module
 */

// deno-lint-ignore-file no-console -- an example prints

import * as posix from "@hostkit/hostkit/posix";

/** The address in both processes, far from other mappings. */
const ADDRESS = 0x20000000000n;

const SIZE = 4 * posix.getpagesize();

/**
 * The offsets in the struct at the start: pointer and length of two texts, 8
 * bytes each.
 */
const HEADER = { text: 0, textLength: 8, answer: 16, answerLength: 24 };
const HEADER_SIZE = 32;

const TEXT = "This works as mmap() does in C";

/** Creates the shared memory and returns its bytes. */
function create(name: string): Uint8Array<ArrayBuffer> {
  const flags = posix.O_RDWR | posix.O_CREAT | posix.O_EXCL;
  const fd = posix.shmOpen(name, flags, 0o600);
  posix.ftruncate(fd, SIZE);
  const { data, address } = posix.mmap(
    ADDRESS,
    SIZE,
    posix.PROT_READ | posix.PROT_WRITE,
    posix.MAP_SHARED,
    fd,
    0,
  );
  posix.close(fd);
  // Without MAP_FIXED the address is only a hint.
  if (address !== ADDRESS) throw new Error("The address is taken");
  return data;
}

/** Runs the Python program, which reads the text and writes an answer. */
async function askPython(name: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("python3", {
    args: [
      `${import.meta.dirname}/shared_memory.py`,
      name,
      `${ADDRESS}`,
      `${SIZE}`,
    ],
    signal: AbortSignal.timeout(30_000),
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(decoder.decode(stderr));
  return decoder.decode(stdout).trimEnd();
}

async function main(): Promise<void> {
  const name = `/hostkit-example-${Deno.pid}`;
  const data = create(name);
  try {
    const header = new DataView(data.buffer);
    const { written } = new TextEncoder().encodeInto(
      TEXT,
      data.subarray(HEADER_SIZE),
    );
    const pointer = ADDRESS + BigInt(HEADER_SIZE);
    header.setBigUint64(HEADER.text, pointer, true);
    header.setBigUint64(HEADER.textLength, BigInt(written), true);
    console.log(`Deno wrote ${written} bytes at 0x${pointer.toString(16)}`);

    console.log(await askPython(name));

    const answer = header.getBigUint64(HEADER.answer, true);
    const length = header.getBigUint64(HEADER.answerLength, true);
    const start = Number(answer - ADDRESS);
    const bytes = data.slice(start, start + Number(length));
    console.log(`Deno reads the answer: ${new TextDecoder().decode(bytes)}`);
  } finally {
    posix.munmap(data);
    posix.shmUnlink(name);
  }
}

if (import.meta.main) main();
