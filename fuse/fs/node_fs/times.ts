import { EINVAL } from "../../../posix/mod.ts";
import { toErrno } from "../../message/mod.ts";

const NS_PER_US = 1000n;
const US_PER_S = 1e6;
const NS_PER_MS = 1_000_000n;
const MS_PER_S = 1000;
/** ECMAScript: the time value of the first moment that a `Date` can be. */
const FIRST_MS = -8.64e15;

/** What Node takes for a time. */
type NodeTime = number | Date;

/**
 * Sets the times of a file, given in nanoseconds since 1970.
 *
 * Before 1970 a number means now, and only a `Date` means what it says; there
 * are those who refuse one that is no whole second.
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

/** Returns a time; one before 1970 as a multiple of so many milliseconds. */
function toTime(ns: bigint, unitMs = 1): NodeTime {
  if (ns >= 0n) return Number(ns / NS_PER_US) / US_PER_S;
  const unit = NS_PER_MS * BigInt(unitMs);
  const ms = Number((ns - unit + 1n) / unit) * unitMs;
  return new Date(Math.max(ms, FIRST_MS));
}
