/**
 * Encoding and decoding of messages: frames, replies, notifications and their
 * fields.
 *
 * @module
 */

export { checkBytes } from "./check_bytes.ts";
export { checkOpened } from "./check_opened.ts";
export { newRequest, RequestPool } from "./decode.ts";
export { writeDirent } from "./dirent.ts";
export { type Fields, fieldsJson, fieldsText } from "./fields.ts";
export { BODY, Frame, NO_DATA } from "./frame.ts";
export { checkInitOptions } from "./init_options.ts";
export { DEFAULT_MAX_WRITE, negotiate } from "./negotiate.ts";
export * as notification from "./notification.ts";
export { invalidateNode, type Notification } from "./notification.ts";
export { describeNotification } from "./notification_fields.ts";
export { Reply, REPLY_BODY } from "./reply.ts";
export { listedEntries, replyFields } from "./reply_fields.ts";
export { encodeTarget } from "./target.ts";
export { knownErrno } from "./to_errno.ts";
export { UNANSWERED } from "./unanswered.ts";
export { encodeXattr } from "./xattr_requests.ts";
