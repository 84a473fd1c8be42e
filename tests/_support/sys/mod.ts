/**
 * System calls for clients, by the names of their man pages, with the kernel's
 * own errors. A name that ends in `Later` is the same on a thread of its own.
 *
 * @module
 */

export * from "./acl.ts";
export * from "./attempt.ts";
export * from "./descriptors.ts";
export * from "./directories.ts";
export * from "./file_handles.ts";
export * from "./locks.ts";
export * from "./maps.ts";
export * from "./paths.ts";
export * from "./time.ts";
export * from "./users.ts";
export * from "./xattrs.ts";
