import type { MountInfo, ServeMode } from "../../conn/mod.ts";
import type { OpenHandle } from "../server/internal.ts";
import type { ServerStats } from "../server/mod.ts";

/** The {@linkcode ServeOptions} that a Worker can be sent: no functions. */
export interface WorkerOptions {
  readonly [name: string]: unknown;
  readonly mode: ServeMode;
}

/** The message that makes a Worker serve. */
export interface Serve {
  readonly kind: "serve";
  readonly mountInfo: MountInfo;
  readonly major: number;
  readonly minor: number;
  readonly features: bigint;
  readonly generation: number;
  /** Whether another program mounted it. */
  readonly isForeign: boolean;
  readonly maxWrite: number | undefined;
  readonly options: WorkerOptions;
}

/** A message to a Worker. */
export type ToWorker =
  | {
    readonly kind: "load";
    readonly module: string;
    readonly data: unknown;
    /** Whether this is the only Worker. */
    readonly isAlone: boolean;
  }
  /** Carries the Worker's clone of the device. */
  | Serve & { readonly fd: number }
  | Interrupted
  | { readonly kind: "stats" }
  | { readonly kind: "allStats"; readonly stats: ServerStats }
  | { readonly kind: "close" }
  | { readonly kind: "release"; readonly handles: readonly OpenHandle[] };

/** The id of an interrupted request that another Worker has read. */
export interface Interrupted {
  readonly kind: "interrupt";
  readonly lo: number;
  readonly hi: number;
}

/** The number of a Worker's opens of a handle, minus its releases. */
export interface Balance extends OpenHandle {
  readonly count: number;
}

/** A message from a Worker. */
export type FromWorker =
  | { readonly kind: "loaded" }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "error"; readonly error: unknown }
  | Interrupted
  | { readonly kind: "stats"; readonly stats: ServerStats }
  /** Requests the combined statistics of all Workers. */
  | { readonly kind: "askStats" }
  | {
    readonly kind: "ended";
    readonly balance: readonly Balance[];
    /** Whether this Worker ends without waiting for the other Workers. */
    readonly hasFailed: boolean;
  }
  | { readonly kind: "closed"; readonly stats?: ServerStats };
