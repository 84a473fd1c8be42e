/**
 * Tracing of a connection: its messages as objects, as text and in a wire log.
 *
 * @module
 */

export {
  type DebugMessage,
  NotificationMessage,
  ReplyMessage,
  RequestMessage,
} from "./trace.ts";
export { type TraceOptions } from "./trace_options.ts";
export {
  parseWireLog,
  type WireLog,
  type WireLogKind,
  type WireLogRecord,
} from "./wire_log.ts";
