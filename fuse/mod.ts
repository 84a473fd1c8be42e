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

export { abort } from "./abort.ts";
export { Attr } from "./attr.ts";
export { ClosedWithoutInitError, Conn, type ServeMode } from "./conn.ts";
export * from "./constants.ts";
export * from "./copy_requests.ts";
export * from "./create_requests.ts";
export { decodeRequest } from "./decode.ts";
export { appendDirent, appendDirentPlus, type Dirent } from "./dirent.ts";
export * from "./entry_requests.ts";
export { CreationRequest, type SecurityContext } from "./extensions.ts";
export * from "./file_requests.ts";
export * from "./flags.ts";
export * from "./handle_requests.ts";
export * from "./ids.ts";
export { initFlagsString } from "./init_flags.ts";
export { type InitOptions } from "./init_options.ts";
export * from "./ioctl_request.ts";
export {
  type FileLock,
  LockingRequest,
  LockRequest,
  LockWaitRequest,
  QueryLockRequest,
  QueryLockResponse,
  UnlockRequest,
} from "./lock_requests.ts";
export * from "./mapping_requests.ts";
export { mount } from "./mount.ts";
export { type MountInfo } from "./_mounted.ts";
export { type MountOptions } from "./mount_options.ts";
export { MountpointDoesNotExistError } from "./_resolve.ts";
export * from "./node_requests.ts";
export { ErrNotCached, Notifier } from "./notify.ts";
export * from "./notify_reply.ts";
export * from "./poll_request.ts";
export { OldVersionError, Protocol } from "./protocol.ts";
export { ProtocolError } from "./protocol_error.ts";
export {
  FieldsResponse,
  HandleRequest,
  Header,
  Request as RequestBase,
  type Responder,
  type Response,
  UnansweredRequest,
} from "./request.ts";
export { Request } from "./requests.ts";
export * from "./session_requests.ts";
export * from "./setattr_request.ts";
export * from "./setattr_valid.ts";
export * from "./statx_request.ts";
export { DEFAULT_ERRNO, ErrNoXattr, toErrno } from "./to_errno.ts";
export { clearDeadMount, unmount, type UnmountOptions } from "./unmount.ts";
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
export * from "./write_request.ts";
export {
  GetxattrRequest,
  GetxattrResponse,
  ListxattrRequest,
  ListxattrResponse,
  RemovexattrRequest,
  SetxattrRequest,
} from "./xattr_requests.ts";
