import type { DebugMessage } from "./trace.ts";

/** Who listens to a connection. */
export interface TraceOptions {
  /**
   * Called with every message, INIT first. The message must not be kept: it
   * describes itself, and costs the time for it, only when it is asked.
   */
  debug?: (message: DebugMessage) => void;
  /**
   * A file to write every message into, with its time, data and all: what
   * `hostkit replay` reads. It is made anew, for its owner alone.
   */
  record?: string;
}
