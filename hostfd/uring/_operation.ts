import { SyscallError, type SyscallErrorOptions } from "../../ffi/mod.ts";
import { ECANCELED, EINTR } from "../../posix/mod.ts";
import type { Pending } from "./_core.ts";

/** The name of an operation, and the meaning of its result. */
export interface Kind<T> {
  /** The system call that does the same. */
  readonly syscall: string;
  /** An errno that counts as success with a result of 0. */
  readonly expected?: number;
  /** Converts a result that is not an error. */
  value(result: number): T;
}

const NO_OPTIONS: SyscallErrorOptions = {};

/** An operation that settles a promise when it completes. */
export class Operation<T> implements Pending {
  readonly #kind: Kind<T>;
  readonly #resolve: (value: T) => void;
  readonly #reject: (reason: unknown) => void;
  #errorOptions: SyscallErrorOptions = NO_OPTIONS;
  #signal: AbortSignal | undefined;
  #onAbort: (() => void) | undefined;

  constructor(
    kind: Kind<T>,
    resolve: (value: T) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#kind = kind;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Sets the details of an error, such as its path. */
  set errorOptions(options: SyscallErrorOptions) {
    this.#errorOptions = options;
  }

  /** Calls `cancel` when a signal is aborted. */
  cancelOn(signal: AbortSignal, cancel: () => void): void {
    this.#signal = signal;
    this.#onAbort = cancel;
    signal.addEventListener("abort", cancel, { once: true });
  }

  complete(result: number): void {
    const signal = this.#signal;
    if (signal !== undefined) {
      signal.removeEventListener("abort", this.#onAbort!);
    }
    const { expected, syscall } = this.#kind;
    if (result >= 0 || -result === expected) {
      this.#resolve(this.#kind.value(Math.max(result, 0)));
    } else if (
      signal?.aborted && (-result === ECANCELED || -result === EINTR)
    ) {
      this.#reject(signal.reason);
    } else {
      this.#reject(new SyscallError(syscall, -result, this.#errorOptions));
    }
  }
}
