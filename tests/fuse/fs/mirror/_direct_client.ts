/**
 * Writes past the page cache, asynchronously: runs in a process of its own.
 *
 * @module
 */

import { HostFd } from "../../../../hostfd/mod.ts";
import { Ring } from "../../../../hostfd/uring/mod.ts";
import { MMap } from "../../../../mmap/mod.ts";
import { O_DIRECT, O_WRONLY } from "../../../../posix/mod.ts";

/** Fills the start of a file with a byte; returns when that is done. */
export async function writeDirect(
  path: string,
  byte: number,
  size: number,
): Promise<void> {
  await using ring = new Ring();
  using file = HostFd.open(path, O_WRONLY | O_DIRECT);
  using memory = MMap.anonymous(size);
  memory.bytes.fill(byte);
  const n = await ring.write(file.fd, memory.bytes, 0);
  if (n !== size) throw new Error(`Wrote ${n} of ${size} bytes`);
}
