import {
  SyscallError,
  type SyscallErrorOptions,
} from "../../ffi/syscall_error.ts";
import { ECANCELED, EINTR } from "../../posix/constants_errno.ts";
import type { Pending } from "./_core.ts";

/** What an operation is called, and what its result means. */
export interface Kind<T> {
  /** The system call whose work it does. */
  readonly syscall: string;
  /** An error that is none, but a result of 0. */
  readonly expected?: number;
  /** Returns the value of a result that is no error. */
  value(result: number): T;
}

const NOTHING: SyscallErrorOptions = {};

/** An operation whose end is a promise's. */
export class Operation<T> implements Pending {
  readonly #kind: Kind<T>;
  readonly #resolve: (value: T) => void;
  readonly #reject: (reason: unknown) => void;
  #about: SyscallErrorOptions = NOTHING;
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

  /** What an error tells beside its number. */
  set about(about: SyscallErrorOptions) {
    this.#about = about;
  }

  /** Has a signal call `cancel`. */
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
      this.#reject(new SyscallError(syscall, -result, this.#about));
    }
  }
}
