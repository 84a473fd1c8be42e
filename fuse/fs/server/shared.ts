import type { ServerStats } from "./server_stats.ts";
import type { OpenHandle, SharedHandles } from "./shared_handles.ts";

/** The calls by which a server that is one of several reaches the others. */
export interface Shared {
  /** Passes on the interrupt of a request that another server may have read. */
  interrupted(target: Interrupted): void;
  /**
   * Reports the handles that this server opened more often than it released.
   * Once all servers have reported, returns the handles for this one to
   * release.
   */
  leftOpen(balance: SharedHandles["balance"]): Promise<readonly OpenHandle[]>;
  /** Returns the combined statistics of all servers. */
  stats(): Promise<ServerStats>;
}

/** The id of an interrupted request. */
export type Interrupted = { readonly lo: number; readonly hi: number };
