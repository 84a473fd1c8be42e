/**
 * Copies a file with many reads and writes in flight at once, and shows the
 * progress.
 *
 * ```sh
 * deno run --allow-ffi examples/ring_copy.ts from.iso to.iso
 * ```
 *
 * @module
 */

import {
  AT_FDCWD,
  type RegisteredBuffer,
  Ring,
} from "@hostkit/hostkit/hostfd/uring";
import { fstat, O_CREAT, O_TRUNC, O_WRONLY } from "@hostkit/hostkit/posix";
import { showBar } from "./progress_bar.ts";

/** The number of bytes to read, and then write, at once. */
const CHUNK = 1 << 20;
/** The number of pieces in flight. */
const DEPTH = 16;

/**
 * Copies a piece; returns its length, which is shorter at the end of the file.
 */
async function copyChunk(
  ring: Ring,
  from: number,
  to: number,
  chunk: RegisteredBuffer,
  offset: number,
): Promise<number> {
  let length = 0;
  while (length < chunk.length) {
    const rest = chunk.subarray(length);
    const n = await ring.read(from, rest, offset + length);
    if (n === null) break;
    length += n;
  }
  for (let done = 0; done < length;) {
    const rest = chunk.subarray(done, length);
    done += await ring.write(to, rest, offset + done);
  }
  return length;
}

/** Copies a file, and calls `progress` after each piece. */
export async function copy(
  source: string,
  target: string,
  progress: (done: number, size: number) => void,
): Promise<void> {
  await using ring = new Ring();
  using from = await ring.openat(AT_FDCWD, source);
  const flags = O_WRONLY | O_CREAT | O_TRUNC;
  using to = await ring.openat(AT_FDCWD, target, flags);
  const { size } = fstat(from.fd);
  const chunks = ring.registerBuffers(
    Array.from({ length: DEPTH }, () => new Uint8Array(CHUNK)),
  );
  let [next, done] = [0, 0];
  await Promise.all(chunks.map(async (chunk) => {
    for (let n = CHUNK; n === CHUNK;) {
      const offset = next;
      next += CHUNK;
      n = await copyChunk(ring, from.fd, to.fd, chunk, offset);
      progress(done += n, size);
    }
  }));
  progress(done, done);
}

async function main([source, target]: string[]): Promise<void> {
  if (!source || !target) throw new Error("Usage: ring_copy.ts FROM TO");
  await copy(source, target, showBar);
  Deno.stderr.writeSync(new TextEncoder().encode("\n"));
}

if (import.meta.main) main(Deno.args);
