/**
 * hostkit: systems programming for Deno in TypeScript, with no native add-on,
 * no C compiler and no build step.
 *
 * Each subsystem is a module of its own, such as `@hostkit/hostkit/fuse/fs`;
 * this one has them all by name.
 *
 * ```ts ignore
 * import { fs } from "@hostkit/hostkit";
 *
 * await using session = await fs.mountFS("/mnt/hello", new fs.HelloFS());
 * await session.closed;
 * ```
 *
 * @module
 */

export * as ffi from "./ffi/mod.ts";
export * as hostfd from "./hostfd/mod.ts";
export * as mmap from "./mmap/mod.ts";
export * as posix from "./posix/mod.ts";
export * as fuse from "./fuse/mod.ts";
export * as fs from "./fuse/fs/mod.ts";
export * as usermem from "./usermem/mod.ts";
export * as safemem from "./usermem/safemem/mod.ts";
