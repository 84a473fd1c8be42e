/**
 * The FUSE kernel protocol, spoken by TypeScript over `/dev/fuse`.
 *
 * This is the lower of two layers: requests come in, each wants one answer. To
 * write a file system, start from `@hostkit/hostkit/fuse/fs`.
 *
 * Linux 4.20 and later. Needs `--allow-ffi`; mounting needs CAP_SYS_ADMIN, or
 * fusermount3 of the package fuse3.
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
