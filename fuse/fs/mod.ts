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

export * from "./basic/mod.ts";
export { generateDynamicInode } from "./dynamic_inode.ts";
export * from "./memory/mod.ts";
export * from "./mirror/mod.ts";
export * from "./node.ts";
export * from "./node_fs/mod.ts";
export * from "./path/mod.ts";
export * from "./posix/mod.ts";
export * from "./replay/mod.ts";
export * from "./server/mod.ts";
export * from "./sqlite/mod.ts";
export * from "./workers/mod.ts";
