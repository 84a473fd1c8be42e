import { show, unfit } from "../../ffi/internal.ts";

/** The high 32 bits of 2^53. */
const EXACT_HIGH = 1 << 21;

/**
 * An unsigned 64-bit field, kept as two halves. A BigInt is made only when the
 * value is read, so most requests allocate none for their ids and lock owners.
 */
export class U64 {
  /** The low 32 bits. */
  lo = 0;
  /** The high 32 bits. */
  hi = 0;

  /** Reads the field at byte `at`. */
  read(view: DataView, at: number): void {
    this.lo = view.getUint32(at, true);
    this.hi = view.getUint32(at + 4, true);
  }

  /** Copies the value of another field. */
  set(other: U64): void {
    this.lo = other.lo;
    this.hi = other.hi;
  }

  /** The value, exact below 2^53, as all ids that the server chooses are. */
  get number(): number {
    return this.hi * 0x1_0000_0000 + this.lo;
  }

  /** The value, exact. */
  get big(): bigint {
    return this.hi < EXACT_HIGH
      ? BigInt(this.number)
      : BigInt(this.hi) << 32n | BigInt(this.lo);
  }

  /** The same 64 bits as a signed number. */
  get signed(): bigint {
    return BigInt.asIntN(64, this.big);
  }
}

/** Reads a 64-bit field as a number, exact below 2^53. */
export function getNumber64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 0x1_0000_0000 +
    view.getUint32(at, true);
}

/** Writes a whole number from 0 to 2^53 - 1 as a 64-bit field. */
export function setNumber64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value, true);
  view.setUint32(at + 4, value / 0x1_0000_0000, true);
}

/** Writes an offset or a byte count, a number or a bigint up to 2^63 - 1. */
export function setOffset64(
  view: DataView,
  at: number,
  value: number | bigint,
): void {
  if (typeof value === "bigint" && BigInt.asUintN(63, value) === value) {
    view.setBigUint64(at, value, true);
  } else if (Number.isSafeInteger(value) && Number(value) >= 0) {
    setNumber64(view, at, Number(value));
  } else {
    throw new RangeError(`Cannot answer ${show(value)}: not a count of bytes`);
  }
}

const NS = 1_000_000_000n;

/** Returns nanoseconds since 1970 from signed seconds and a nanosecond part. */
export function getTime(
  view: DataView,
  seconds: number,
  nanoseconds: number,
): bigint {
  return view.getBigInt64(seconds, true) * NS +
    BigInt(view.getUint32(nanoseconds, true));
}

/**
 * Writes a time as seconds and nanoseconds. The nanoseconds are never negative,
 * not even for a time before 1970.
 *
 * @param name The time's name in an error message.
 */
export function setTime(
  view: DataView,
  seconds: number,
  nanoseconds: number,
  name: string,
  ns: bigint,
): void {
  if (typeof ns !== "bigint") throw unfit(name, ns, "bigint");
  const part = (ns % NS + NS) % NS;
  const whole = (ns - part) / NS;
  if (BigInt.asIntN(64, whole) !== whole) {
    throw unfit(name, ns, "bigint");
  }
  view.setBigInt64(seconds, whole, true);
  view.setUint32(nanoseconds, Number(part), true);
}
