import { AccessType } from "./access_type.ts";
import { AddrRange } from "./addr_range.ts";

/**
 * A mapping of a process, as listed in /proc/PID/maps. See proc_pid_maps(5).
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { type MemoryMapping, ProcessIO } from "@hostkit/hostkit/usermem";
 *
 * const isStack = ({ path }: MemoryMapping) => path === "[stack]";
 * const stack = ProcessIO.self().maps().find(isStack)!;
 * assert(stack.access.write);
 * assert(stack.range.isPageAligned);
 * ```
 */
export interface MemoryMapping {
  /** The addresses. */
  readonly range: AddrRange;
  /** The access that the page protection allows. */
  readonly access: AccessType;
  /** Whether the mapping is shared: writes reach the file and other processes. */
  readonly shared: boolean;
  /** The offset in the file, in bytes. */
  readonly offset: bigint;
  /** The major number of the file's device. */
  readonly major: number;
  /** The minor number of the file's device. */
  readonly minor: number;
  /** The file's inode number; 0 without a file. */
  readonly inode: bigint;
  /** The file's path, a name such as `[heap]`, or `""`. */
  readonly path: string;
  /** The number of bytes in memory (the resident set size), if requested. */
  readonly resident?: number;
}

const HEADER =
  /^([0-9a-f]+)-([0-9a-f]+) ([r-])([w-])([x-])([ps]) ([0-9a-f]+) ([0-9a-f]+):([0-9a-f]+) (\d+) *(.*)$/;
const RESIDENT = /^Rss: +(\d+) kB$/;

/** Parses the text of /proc/PID/maps or /proc/PID/smaps. */
export function parseMaps(text: string): MemoryMapping[] {
  const mappings: MemoryMapping[] = [];
  for (const line of text.split("\n")) {
    const header = HEADER.exec(line);
    if (header !== null) mappings.push(parseHeader(header));
    const resident = RESIDENT.exec(line);
    if (resident !== null) {
      const mapping = mappings.pop()!;
      mappings.push({ ...mapping, resident: Number(resident[1]) * 1024 });
    }
  }
  return mappings;
}

function parseHeader(header: RegExpExecArray): MemoryMapping {
  const [, start, end, r, w, x, s, offset, major, minor, inode, path] = header;
  return {
    range: new AddrRange(BigInt(`0x${start}`), BigInt(`0x${end}`)),
    access: new AccessType({
      read: r === "r",
      write: w === "w",
      execute: x === "x",
    }),
    shared: s === "s",
    offset: BigInt(`0x${offset}`),
    major: parseInt(major!, 16),
    minor: parseInt(minor!, 16),
    inode: BigInt(inode!),
    path: path!,
  };
}
