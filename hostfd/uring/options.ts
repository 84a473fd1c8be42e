import type { RegisteredFile } from "./registered.ts";

/** A file of an operation: a descriptor, or a registered file. */
export type RingFile = number | RegisteredFile;

/** Options of any operation. */
export interface OperationOptions {
  /**
   * Cancels the operation, whose promise then rejects with the signal's reason.
   */
  signal?: AbortSignal | undefined;
}

/** Options of a transfer. */
export interface TransferOptions extends OperationOptions {
  /** Any of the `RWF_*` constants. */
  flags?: number;
}

/** Options of {@linkcode Ring.fsync}. */
export interface SyncOptions extends OperationOptions {
  /**
   * Whether to skip metadata that reading the data does not need: fdatasync(2).
   */
  dataOnly?: boolean;
}

/** A driver's command, as the driver's header file defines it. */
export interface DriverCommand {
  /** The number of the command: `cmd_op`. */
  readonly op: number;
  /**
   * The data of the command: 16 bytes at most, or 80 in a ring with `sqe128`.
   */
  readonly bytes?: Uint8Array;
  /** The memory whose address and length the submission carries. */
  readonly memory?: Uint8Array;
}

/** The default of all options. */
export const NO_OPTIONS: OperationOptions = {};
