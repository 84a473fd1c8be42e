/**
 * Write a file system in a few lines and mount it through the kernel.
 *
 * Linux 4.20 and later. Needs `--allow-ffi`; mounting needs CAP_SYS_ADMIN.
 *
 * ```ts ignore
 * import { HelloFS, mountFS } from "@hostkit/hostkit/fuse/fs";
 *
 * await using session = await mountFS("/mnt/hello", new HelloFS());
 * await session.closed;
 * ```
 *
 * @module
 */

export { ClockFS } from "./clock_fs.ts";
export { generateDynamicInode } from "./dynamic_inode.ts";
export { HelloFS } from "./hello_fs.ts";
export { LastingIds } from "./_lasting_ids.ts";
export { MemFS, type MemFSOptions } from "./mem_fs.ts";
export { MirrorFS } from "./mirror_fs.ts";
export { type MirrorOptions } from "./_mirror_options.ts";
export * from "./node.ts";
export * from "./_node_fs_interface.ts";
export { fromNodeFS, type NodeFSOptions } from "./node_fs.ts";
export { replay } from "./replay.ts";
export {
  type ReplayDifference,
  type ReplayOptions,
  type ReplayReport,
} from "./_replay_report.ts";
export { NodeNotifier } from "./node_notifier.ts";
export { PathContext } from "./path_context.ts";
export { PathFS, type PathFSOptions } from "./path_fs.ts";
export * from "./path_operations.ts";
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
export {
  ModuleSession,
  mountModule,
  type WorkersOptions,
} from "./mount_module.ts";
export { mountFS, serve, Session } from "./session.ts";
export { SqliteFS, type SqliteFSOptions } from "./sqlite_fs.ts";
export { Tree } from "./tree.ts";
