const NS = 1_000_000_000n;
const HOUR = 60 * 60;

/** An immutable point in time, as two numbers: a `bigint` would cost more. */
export class Time {
  /** Seconds since 1970, rounded down; negative before. */
  readonly sec: number;
  /** The rest: 0 to 999,999,999 nanoseconds. */
  readonly nsec: number;

  constructor(sec: number, nsec: number) {
    this.sec = sec;
    this.nsec = nsec;
  }

  /** Returns the time `ms` milliseconds after the Unix epoch. */
  static ofMs(ms: number): Time {
    const sec = Math.floor(ms / 1000);
    return new Time(sec, (ms - sec * 1000) * 1_000_000);
  }

  /** Returns the time `ns` nanoseconds after the Unix epoch (or before it). */
  static ofNs(ns: bigint): Time {
    const nsec = (ns % NS + NS) % NS;
    return new Time(Number((ns - nsec) / NS), Number(nsec));
  }

  /** Nanoseconds since 1970; negative before. */
  get ns(): bigint {
    return BigInt(this.sec) * NS + BigInt(this.nsec);
  }

  /** Whether this is later than another time. */
  isAfter(other: Time): boolean {
    return this.sec > other.sec ||
      (this.sec === other.sec && this.nsec > other.nsec);
  }

  /** Whether this is a day or more before another time. */
  isDayBefore(other: Time): boolean {
    return other.sec - this.sec >= 24 * HOUR;
  }

  /** Writes the time as signed 64-bit seconds and 32-bit nanoseconds. */
  write(view: DataView, seconds: number, nanoseconds: number): void {
    view.setUint32(seconds, this.sec, true);
    view.setInt32(seconds + 4, Math.floor(this.sec / 2 ** 32), true);
    view.setUint32(nanoseconds, this.nsec, true);
  }
}
