/**
 * Copies a file and shows its progress.
 *
 * The kernel copies the data, or even shares it. Where it cannot, as between
 * some file systems, the bytes go through memory.
 *
 * ```sh
 * deno run --allow-ffi examples/copy.ts from.iso to.iso
 * ```
 *
 * @module
 */

import { copyFileRange, HostFd } from "@hostkit/hostkit/hostfd";
import { fstat, O_CREAT, O_TRUNC, O_WRONLY } from "@hostkit/hostkit/posix";
import { showBar } from "./progress_bar.ts";

/** The number of bytes between two updates of the bar. */
const CHUNK = 8 << 20;

/** The errors of copy_file_range(2) after which read(2) and write(2) work. */
const REFUSALS = ["EXDEV", "EINVAL", "EOPNOTSUPP", "ENOSYS"];

/**
 * Copies the next bytes inside the kernel; `null` at the end, or if it refuses.
 */
function copyInKernel(from: HostFd, to: HostFd): number | null {
  try {
    return copyFileRange(from.fd, -1, to.fd, -1, CHUNK);
  } catch (error) {
    if (REFUSALS.includes((error as { code?: string }).code!)) return null;
    throw error;
  }
}

/** Copies the next bytes through memory; `null` at the end. */
function copyThrough(
  buffer: Uint8Array,
  from: HostFd,
  to: HostFd,
): number | null {
  const n = from.readSync(buffer);
  for (let done = 0; done < (n ?? 0);) {
    done += to.writeSync(buffer.subarray(done, n!));
  }
  return n;
}

/** Copies a file, and calls `progress` after each part. */
function copy(
  source: string,
  target: string,
  progress: (done: number, size: number) => void,
): void {
  using from = HostFd.open(source);
  using to = HostFd.open(target, O_WRONLY | O_CREAT | O_TRUNC);
  const { size } = fstat(from.fd);
  let done = 0;
  for (let n; (n = copyInKernel(from, to)) !== null;) {
    progress(done += n, size);
  }
  // The rest: nothing, or all of a file that the kernel does not copy.
  const buffer = new Uint8Array(CHUNK);
  for (let n; (n = copyThrough(buffer, from, to)) !== null;) {
    progress(done += n, size);
  }
  progress(done, done);
}

function main([source, target]: string[]): void {
  if (!source || !target) throw new Error("Usage: copy.ts FROM TO");
  copy(source, target, showBar);
  Deno.stderr.writeSync(new TextEncoder().encode("\n"));
}

if (import.meta.main) main(Deno.args);
