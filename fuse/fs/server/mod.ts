/**
 * The server of a file system, which calls the handlers of its nodes.
 *
 * @module
 */

export { NodeNotifier } from "./node_notifier.ts";
export { readServerStats, STATS_XATTR } from "./remote_stats.ts";
export { type ServeOptions } from "./serve_options.ts";
export { type Server } from "./server.ts";
export {
  type CallerStats,
  latencyMs,
  type OperationStats,
  type PassthroughStats,
  type ServerStats,
} from "./server_stats.ts";
export { mountFS, serve, Session } from "./session.ts";
