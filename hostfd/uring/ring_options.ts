import {
  badNumber,
  checkFunction,
  checkOptions,
  toInt,
} from "../../ffi/internal.ts";
import {
  IORING_SETUP_CLAMP,
  IORING_SETUP_COOP_TASKRUN,
  IORING_SETUP_DEFER_TASKRUN,
  IORING_SETUP_SINGLE_ISSUER,
  IORING_SETUP_SUBMIT_ALL,
  IORING_SETUP_TASKRUN_FLAG,
} from "./constants_io_uring.ts";

/** The flags that a caller may set: they do not change how a ring is used. */
const SETUP_FLAGS = IORING_SETUP_CLAMP | IORING_SETUP_SUBMIT_ALL |
  IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG |
  IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;

const DEFAULT_ENTRIES = 256;

/** Receives the completion of an operation that has a token. */
export type OnCompletion = (
  token: number,
  result: number,
  flags: number,
) => void;

/** Options of a ring. */
export interface RingOptions {
  /**
   * The capacity of the submission queue, up to 32,768; rounded up to a power
   * of two. It does not limit the operations in flight.
   */
  entries?: number;
  /**
   * The capacity of the completion queue; by default twice `entries`. The
   * kernel keeps completions that do not fit.
   */
  cqEntries?: number;
  /** Whether submissions have 128 bytes, as commands of FUSE and NVMe need. */
  sqe128?: boolean;
  /**
   * `IORING_SETUP_*`: any of `CLAMP`, `SUBMIT_ALL`, `COOP_TASKRUN`,
   * `TASKRUN_FLAG`, `SINGLE_ISSUER` and `DEFER_TASKRUN`. By default those of
   * Linux 6.1 that suit a ring with one thread, or none if the kernel does not
   * support them all.
   */
  setupFlags?: number;
  /**
   * Receives each completion of an operation from {@linkcode RawRing.prepare}.
   */
  onCompletion?: OnCompletion;
}

/** Options with their defaults. */
export interface CheckedOptions {
  readonly entries: number;
  /** The capacity of the completion queue; 0 for twice `entries`. */
  readonly cqEntries: number;
  readonly sqe128: boolean;
  readonly setupFlags: number | undefined;
  readonly onCompletion: OnCompletion;
}

/** Does nothing with a completion. */
export function ignore(): void {}

/**
 * Checks options, and adds the defaults.
 *
 * @throws {RangeError} If a number is not a 32-bit integer, or `setupFlags` has
 * a flag that changes how a ring is used.
 */
export function checkRingOptions(options: RingOptions): CheckedOptions {
  const {
    entries = DEFAULT_ENTRIES,
    cqEntries = 0,
    sqe128 = false,
    setupFlags,
    onCompletion = ignore,
  } = checkOptions("options", options);
  checkFunction("onCompletion", onCompletion);
  if (
    setupFlags !== undefined &&
    (toInt("setupFlags", setupFlags) & ~SETUP_FLAGS) !== 0
  ) {
    throw new RangeError(`Cannot set a ring up with flags ${setupFlags}`);
  }
  return {
    entries: toCount("entries", entries),
    cqEntries: toCount("cqEntries", cqEntries),
    sqe128,
    setupFlags,
    onCompletion,
  };
}

function toCount(name: string, value: number): number {
  if (typeof value !== "number" || value >>> 0 !== value) {
    throw badNumber(name, value, "an unsigned 32-bit integer");
  }
  return value;
}
