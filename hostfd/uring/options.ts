import type { RegisteredFile } from "./registered.ts";

/** A file: its descriptor, or what a ring knows it by. */
export type RingFile = number | RegisteredFile;

/** What any operation may be told. */
export interface OperationOptions {
  /** Cancels the operation, whose promise then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** What a transfer may be told. */
export interface TransferOptions extends OperationOptions {
  /** Any of the `RWF_*` constants. */
  flags?: number;
}

/** What {@linkcode Ring.fsync} may be told. */
export interface SyncOptions extends OperationOptions {
  /** Whether metadata that reading does not need is left out: fdatasync(2). */
  dataOnly?: boolean;
}

/** A driver's command, as its header defines it. */
export interface DriverCommand {
  /** Which command: `cmd_op`. */
  readonly op: number;
  /** Its data: 16 bytes at most, or 80 in a ring with `sqe128`. */
  readonly bytes?: Uint8Array;
  /** Memory that the submission tells the address and length of. */
  readonly memory?: Uint8Array;
}

/** No options at all. */
export const NO_OPTIONS: OperationOptions = {};
