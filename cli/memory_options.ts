import type { MemFSOptions } from "../fuse/fs/mod.ts";
import { UsageError } from "./usage_error.ts";

/**
 * The suffixes of a number of bytes; each stands for 1024 times the previous.
 */
const UNITS = ["", "K", "M", "G", "T"];

/** Converts `--size` and `--inodes` to the limits of a file system. */
export function memoryOptions(
  { size, inodes }: Readonly<Record<string, string | undefined>>,
): MemFSOptions {
  return {
    ...size === undefined ? {} : { size: toBytes(size) },
    ...inodes === undefined ? {} : { inodes: toCount("inodes", inodes) },
  };
}

function toBytes(size: string): number {
  const [, digits, unit] = /^(\d+)([KMGT]?)$/i.exec(size) ?? [];
  if (digits === undefined) {
    throw new UsageError(`--size ${size} is not a size such as 512M`);
  }
  const scale = 1024 ** UNITS.indexOf(unit!.toUpperCase());
  return toCount("size", String(Number(digits) * scale));
}

function toCount(option: string, value: string): number {
  const count = Number(value);
  if (/^\d+$/.test(value) && Number.isSafeInteger(count) && count > 0) {
    return count;
  }
  throw new UsageError(`--${option} ${value} is not a positive integer`);
}
