/**
 * The requests of the FUSE protocol, and the responses to them.
 *
 * @module
 */

export { Attr } from "./attr.ts";
export * from "./copy_requests.ts";
export * from "./create_requests.ts";
export { decodeRequest } from "./decode.ts";
export { appendDirent, appendDirentPlus, type Dirent } from "./dirent.ts";
export * from "./entry_requests.ts";
export { CreationRequest, type SecurityContext } from "./extensions.ts";
export * from "./file_requests.ts";
export * from "./handle_requests.ts";
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
export * from "./node_requests.ts";
export * from "./notify_reply.ts";
export * from "./poll_request.ts";
export {
  FieldsResponse,
  HandleRequest,
  Header,
  Request as RequestBase,
  type Responder,
  type Response,
  UnansweredRequest,
} from "./request.ts";
export * from "./read_requests.ts";
export { Request } from "./requests.ts";
export * from "./session_requests.ts";
export * from "./setattr_request.ts";
export * from "./statx_request.ts";
export { DEFAULT_ERRNO, ErrNoXattr, toErrno } from "./to_errno.ts";
export * from "./write_request.ts";
export {
  GetxattrRequest,
  GetxattrResponse,
  ListxattrRequest,
  ListxattrResponse,
  RemovexattrRequest,
  SetxattrRequest,
} from "./xattr_requests.ts";
