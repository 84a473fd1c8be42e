/**
 * The FUSE kernel protocol over `/dev/fuse`, in TypeScript.
 *
 * This is the lower of two layers: the kernel sends requests, and the server
 * answers each of them once. To write a file system, start from
 * `@hostkit/hostkit/fuse/fs`.
 *
 * Requires Linux 4.20 or later and `--allow-ffi`. Mounting requires
 * CAP_SYS_ADMIN or fusermount3, which the package fuse3 contains.
 *
 * ```ts ignore
 * import { mount } from "@hostkit/hostkit/fuse";
 *
 * await using conn = await mount("/mnt/example");
 * for await (const request of conn) {
 *   console.log(`${request}`);
 *   request.respondError(new Deno.errors.NotSupported());
 * }
 * ```
 *
 * @module
 */

export * from "./abi/mod.ts";
export * from "./conn/mod.ts";
export * from "./message/mod.ts";
export * from "./mount/mod.ts";
export * from "./trace/mod.ts";
