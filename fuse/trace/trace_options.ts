import type { DebugMessage } from "./trace.ts";

/** The options that trace a connection. */
export interface TraceOptions {
  /**
   * Called with every message, INIT first. The callback must not keep the
   * message. Its text and fields are made only on demand, so an unused
   * message costs nothing.
   */
  debug?: (message: DebugMessage) => void;
  /**
   * The path of a file that records every message with its time and data, for
   * `hostkit replay`. An existing file is replaced; only its owner can read it.
   */
  record?: string;
}
