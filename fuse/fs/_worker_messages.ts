import type { ServeMode } from "../conn.ts";
import type { MountInfo } from "../mount_info.ts";
import type { OpenHandle } from "./_shared_handles.ts";
import type { ServerStats } from "./server_stats.ts";

/** What {@linkcode ServeOptions} a Worker is told: those that are data. */
export interface WorkerOptions {
  readonly [name: string]: unknown;
  readonly mode: ServeMode;
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
  | {
    readonly kind: "serve";
    /** Its clone of the device. */
    readonly fd: number;
    readonly mountInfo: MountInfo;
    readonly major: number;
    readonly minor: number;
    readonly features: bigint;
    readonly maxWrite: number | undefined;
    readonly options: WorkerOptions;
  }
  | Interrupted
  | { readonly kind: "stats" }
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
  | { readonly kind: "ended"; readonly balance: readonly Balance[] }
  | { readonly kind: "closed" };
