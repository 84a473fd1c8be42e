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

export { ClockFS } from "./basic/clock_fs.ts";
export { generateDynamicInode } from "./dynamic_inode.ts";
export { HelloFS } from "./basic/hello_fs.ts";
export { LastingIds } from "./posix/lasting_ids.ts";
export { MemFS, type MemFSOptions } from "./memory/mem_fs.ts";
export { MirrorFS } from "./mirror/mirror_fs.ts";
export { type MirrorOptions } from "./mirror/options.ts";
export * from "./node.ts";
export * from "./node_fs/interface.ts";
export { fromNodeFS, type NodeFSOptions } from "./node_fs/node_fs.ts";
export { replay } from "./replay/replay.ts";
export {
  type ReplayDifference,
  type ReplayOptions,
  type ReplayReport,
} from "./replay/report.ts";
export { NodeNotifier } from "./server/node_notifier.ts";
export { PathContext } from "./path/context.ts";
export { PathFS, type PathFSOptions } from "./path/path_fs.ts";
export * from "./path/operations.ts";
export { readServerStats, STATS_XATTR } from "./server/remote_stats.ts";
export { type ServeOptions } from "./server/serve_options.ts";
export { type Server } from "./server/server.ts";
export {
  type CallerStats,
  latencyMs,
  type OperationStats,
  type PassthroughStats,
  type ServerStats,
} from "./server/server_stats.ts";
export {
  ModuleSession,
  mountModule,
  type WorkersOptions,
} from "./workers/mount_module.ts";
export { mountFS, serve, Session } from "./server/session.ts";
export { SqliteFS, type SqliteFSOptions } from "./sqlite/sqlite_fs.ts";
export { Tree } from "./basic/tree.ts";
