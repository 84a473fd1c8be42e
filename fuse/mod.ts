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

export { abort } from "./mount/abort.ts";
export { Attr } from "./message/attr.ts";
export { ClosedWithoutInitError, Conn, type ServeMode } from "./conn/conn.ts";
export * from "./abi/constants.ts";
export * from "./message/copy_requests.ts";
export * from "./message/create_requests.ts";
export { decodeRequest } from "./message/decode.ts";
export {
  appendDirent,
  appendDirentPlus,
  type Dirent,
} from "./message/dirent.ts";
export * from "./message/entry_requests.ts";
export { CreationRequest, type SecurityContext } from "./message/extensions.ts";
export * from "./message/file_requests.ts";
export * from "./abi/flags.ts";
export * from "./message/handle_requests.ts";
export * from "./abi/ids.ts";
export { initFlagsString } from "./abi/init_flags.ts";
export { type InitOptions } from "./message/init_options.ts";
export * from "./message/ioctl_request.ts";
export {
  type FileLock,
  LockingRequest,
  LockRequest,
  LockWaitRequest,
  QueryLockRequest,
  QueryLockResponse,
  UnlockRequest,
} from "./message/lock_requests.ts";
export * from "./message/mapping_requests.ts";
export { mount } from "./mount/mount.ts";
export { type MountInfo } from "./conn/mounted.ts";
export { type MountOptions } from "./mount/mount_options.ts";
export { MountpointDoesNotExistError } from "./mount/resolve.ts";
export * from "./message/node_requests.ts";
export { ErrNotCached, Notifier } from "./conn/notify.ts";
export * from "./message/notify_reply.ts";
export * from "./message/poll_request.ts";
export { OldVersionError, Protocol } from "./abi/protocol.ts";
export { ProtocolError } from "./abi/protocol_error.ts";
export {
  FieldsResponse,
  HandleRequest,
  Header,
  Request as RequestBase,
  type Responder,
  type Response,
  UnansweredRequest,
} from "./message/request.ts";
export { Request } from "./message/requests.ts";
export * from "./message/session_requests.ts";
export * from "./message/setattr_request.ts";
export * from "./abi/setattr_valid.ts";
export * from "./message/statx_request.ts";
export { DEFAULT_ERRNO, ErrNoXattr, toErrno } from "./message/to_errno.ts";
export {
  clearDeadMount,
  unmount,
  type UnmountOptions,
} from "./mount/unmount.ts";
export {
  type DebugMessage,
  NotificationMessage,
  ReplyMessage,
  RequestMessage,
} from "./trace/trace.ts";
export { type TraceOptions } from "./trace/trace_options.ts";
export {
  parseWireLog,
  type WireLog,
  type WireLogKind,
  type WireLogRecord,
} from "./trace/wire_log.ts";
export * from "./message/write_request.ts";
export {
  GetxattrRequest,
  GetxattrResponse,
  ListxattrRequest,
  ListxattrResponse,
  RemovexattrRequest,
  SetxattrRequest,
} from "./message/xattr_requests.ts";
