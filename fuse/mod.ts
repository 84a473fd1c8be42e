/**
 * The FUSE kernel protocol, spoken by TypeScript over `/dev/fuse`.
 *
 * This is the lower of two layers: requests come in, each wants one answer. To
 * write a file system, start from `@hostkit/hostkit/fuse/fs`.
 *
 * Linux 4.20 and later. Needs `--allow-ffi`; mounting needs CAP_SYS_ADMIN.
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

export { Attr } from "./attr.ts";
export { ClosedWithoutInitError, Conn } from "./conn.ts";
export * from "./constants.ts";
export { decodeRequest } from "./decode.ts";
export { appendDirent, type Dirent } from "./dirent.ts";
export * from "./handle_requests.ts";
export { initFlagsString } from "./init_flags.ts";
export { mount } from "./mount.ts";
export { type MountInfo } from "./mount_info.ts";
export { type MountOptions } from "./mount_options.ts";
export { MountpointDoesNotExistError } from "./_mountpoint.ts";
export * from "./node_requests.ts";
export { OldVersionError, Protocol } from "./protocol.ts";
export { ProtocolError } from "./protocol_error.ts";
export { Header, Request, type Responder, type Response } from "./request.ts";
export * from "./session_requests.ts";
export { ErrNoXattr, toErrno } from "./to_errno.ts";
export { clearDeadMount, unmount, type UnmountOptions } from "./unmount.ts";
export {
  GetxattrRequest,
  GetxattrResponse,
  ListxattrRequest,
  ListxattrResponse,
} from "./xattr_requests.ts";
