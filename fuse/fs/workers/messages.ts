import type { MountInfo, ServeMode } from "../../conn/mod.ts";
import type { OpenHandle } from "../server/internal.ts";
import type { ServerStats } from "../server/mod.ts";

/** What {@linkcode ServeOptions} a Worker is told: those that are data. */
export interface WorkerOptions {
  readonly [name: string]: unknown;
  readonly mode: ServeMode;
}

/** What a Worker has to know to serve. */
export interface Serve {
  readonly kind: "serve";
  readonly mountInfo: MountInfo;
  readonly major: number;
  readonly minor: number;
  readonly features: bigint;
  readonly generation: number;
  readonly maxWrite: number | undefined;
  readonly options: WorkerOptions;
}

/** What a Worker is told. */
export type ToWorker =
  | {
    readonly kind: "load";
    readonly module: string;
    readonly data: unknown;
    /** Whether it is the only one. */
    readonly isAlone: boolean;
  }
  /** With its clone of the device. */
  | Serve & { readonly fd: number }
  | Interrupted
  | { readonly kind: "stats" }
  | { readonly kind: "allStats"; readonly stats: ServerStats }
  | { readonly kind: "close" }
  | { readonly kind: "release"; readonly handles: readonly OpenHandle[] };

/** The id of a request that is given up, and was read by another Worker. */
export interface Interrupted {
  readonly kind: "interrupt";
  readonly lo: number;
  readonly hi: number;
}

/** How often a Worker has opened a handle more than it has released it. */
export interface Balance extends OpenHandle {
  readonly count: number;
}

/** What a Worker tells. */
export type FromWorker =
  | { readonly kind: "loaded" }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "error"; readonly error: unknown }
  | Interrupted
  | { readonly kind: "stats"; readonly stats: ServerStats }
  /** Asks what all have done together. */
  | { readonly kind: "askStats" }
  | {
    readonly kind: "ended";
    readonly balance: readonly Balance[];
    /** Whether it should not wait for the others. */
    readonly hasFailed: boolean;
  }
  | { readonly kind: "closed"; readonly stats?: ServerStats };
