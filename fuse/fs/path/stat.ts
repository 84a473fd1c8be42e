import { S_IFMT } from "../../../posix/mod.ts";
import type { Attr } from "../../message/mod.ts";
import type { PathStat } from "./operations.ts";

const NS_PER_MS = 1_000_000;
const SECTOR = 512;

/** Returns the file type of a mode. */
export function typeOf(stat: PathStat): number {
  const type = Number(stat.mode) & S_IFMT;
  if (type !== 0) return type;
  throw new TypeError("Cannot use a stat whose mode has no file type");
}

/** Fills in the fields that a stat has; the others stay as they are. */
export function fillAttr(attr: Attr, stat: PathStat): void {
  const { size = 0 } = stat;
  attr.mode = Number(stat.mode);
  if (typeof size === "bigint") attr.size64 = size;
  else attr.size = size;
  const { blocks = Math.ceil(attr.size / SECTOR) } = stat;
  if (typeof blocks === "bigint") attr.blocks64 = blocks;
  else attr.blocks = blocks;
  if (stat.nlink !== undefined) attr.nlink = Number(stat.nlink);
  if (stat.uid !== undefined) attr.uid = Number(stat.uid);
  if (stat.gid !== undefined) attr.gid = Number(stat.gid);
  if (stat.rdev !== undefined) attr.rdev = Number(stat.rdev);
  if (stat.blksize !== undefined) attr.blockSize = Number(stat.blksize);
  if (stat.validMs !== undefined) attr.validMs = stat.validMs;
  const { atimeNs, mtimeNs, ctimeNs } = attr;
  attr.atimeNs = timeNs(stat.atimeNs, stat.atimeMs) ?? atimeNs;
  attr.mtimeNs = timeNs(stat.mtimeNs, stat.mtimeMs) ?? mtimeNs;
  attr.ctimeNs = timeNs(stat.ctimeNs, stat.ctimeMs) ?? ctimeNs;
}

/** Returns a time in nanoseconds; `undefined` if neither is given. */
export function timeNs(
  ns: bigint | undefined,
  ms: number | bigint | undefined,
): bigint | undefined {
  if (ns !== undefined || ms === undefined) return ns;
  if (typeof ms === "bigint") return ms * BigInt(NS_PER_MS);
  // Whole milliseconds are split off: in nanoseconds they exceed 2^53.
  const whole = Math.floor(ms);
  const rest = Math.round((ms - whole) * NS_PER_MS);
  return BigInt(whole) * BigInt(NS_PER_MS) + BigInt(rest);
}
