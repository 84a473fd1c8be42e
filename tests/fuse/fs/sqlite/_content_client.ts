/**
 * Changes two files alike, one of them in a mount, and compares them: runs in a
 * process of its own.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import * as sys from "../../../_support/sys/mod.ts";
import { randomNumbers } from "../../_random.ts";

const CHUNK = 65_536;
const PUNCH_HOLE = 3;

/** Where a file has data. */
function ranges(fd: number, size: number): [from: number, to: number][] {
  const found: [number, number][] = [];
  for (let at = 0; at < size;) {
    const data = sys.attempt(sys.lseek, fd, at, sys.SEEK_DATA);
    if (typeof data !== "number") break;
    at = sys.lseek(fd, data, sys.SEEK_HOLE);
    found.push([data, at]);
  }
  return found;
}

/** Says in what two files differ. */
function compare(fd: number, other: number): string | null {
  sys.forgetPages(fd);
  const [[facts, here], [otherFacts, there]] = [fd, other].map((fd) => {
    const { size, blocks } = sys.fstat(fd);
    const facts = JSON.stringify([size, Number(blocks), ranges(fd, size)]);
    return [facts, sys.pread(fd, size + 1, 0)] as const;
  }) as [[string, Uint8Array], [string, Uint8Array]];
  if (facts !== otherFacts) return `${facts}, not ${otherFacts}`;
  if (Buffer.compare(here, there) === 0) return null;
  const at = here.findIndex((byte, i) => byte !== there[i]);
  return `${here[at]}, not ${there[at]}, at ${at}`;
}

/**
 * Makes so many changes; returns the first difference, or `null`.
 *
 * @param path The file in the mount.
 * @param other The other one.
 */
export function changeAlike(
  path: string,
  other: string,
  seed: number,
  count: number,
): string | null {
  const below = randomNumbers(seed);
  const one = <T>(...of: T[]): T => of[below(of.length)]!;
  const fds = [path, other].map((path) =>
    sys.open(path, sys.O_CREAT | sys.O_RDWR)
  ) as [number, number];
  const change = (): (fd: number) => unknown => {
    const offset = one(-4097, -1, 0, 1, 4096, 5000, 40_000);
    const at = Math.max(0, one(0, 1, 2, 5, 31) * CHUNK + offset);
    const size = one(1, 100, 4096, 60_000, CHUNK, 3 * CHUNK + 1);
    switch (below(7)) {
      case 0:
        return (fd) => sys.ftruncate(fd, at);
      case 1:
        // Whole pages: of a part of a page that is promised, tmpfs makes data.
        return (fd) => sys.fallocate(fd, PUNCH_HOLE, at, size);
      case 2:
        return sys.fsync;
      case 3:
        return sys.forgetPages;
    }
    const first = below(256);
    const data = new Uint8Array(size);
    for (let i = 0; i < size; i++) data[i] = first + i * 7 + (i >> 8);
    return (fd) => sys.pwrite(fd, data, at);
  };
  for (let i = 0; i < count; i++) {
    const action = change();
    for (const fd of fds) action(fd);
    const difference = i % 10 === 9 ? compare(...fds) : null;
    if (difference !== null) return `after ${i}: ${difference}`;
  }
  return compare(...fds);
}
