import { EINVAL } from "../../../posix/mod.ts";
import { toErrno } from "../../message/mod.ts";

const NS_PER_US = 1000n;
const US_PER_S = 1e6;
const NS_PER_MS = 1_000_000n;
const MS_PER_S = 1000;
/** ECMAScript: the earliest time value of a `Date`. */
const FIRST_MS = -8.64e15;

/** A time as Node's functions take it. */
type NodeTime = number | Date;

/**
 * Sets the times of a file, given in nanoseconds since 1970.
 *
 * Node takes a negative number for the current time, so earlier times are given
 * as a `Date`. Some implementations refuse such a `Date` with a fraction of a
 * second: then the times are rounded.
 */
export async function setTimes(
  atimeNs: bigint | undefined = 0n,
  mtimeNs: bigint | undefined = 0n,
  set: (atime: NodeTime, mtime: NodeTime) => Promise<void>,
): Promise<void> {
  try {
    await set(toTime(atimeNs), toTime(mtimeNs));
  } catch (error) {
    const isOld = atimeNs < 0n || mtimeNs < 0n;
    if (!isOld || toErrno(error) !== EINVAL) throw error;
    await set(toTime(atimeNs, MS_PER_S), toTime(mtimeNs, MS_PER_S));
  }
}

/** Returns a time; before 1970 it is rounded to `unitMs` milliseconds. */
function toTime(ns: bigint, unitMs = 1): NodeTime {
  if (ns >= 0n) return Number(ns / NS_PER_US) / US_PER_S;
  const unit = NS_PER_MS * BigInt(unitMs);
  const ms = Number((ns - unit + 1n) / unit) * unitMs;
  return new Date(Math.max(ms, FIRST_MS));
}
