/**
 * The listeners that trace a connection.
 *
 * @module
 */

export { Strace } from "./strace.ts";
export { type Tap } from "./tap.ts";
export { asksSize, errorText, showRequest, Tracer } from "./trace.ts";
export { WireLogWriter } from "./wire_log.ts";
