/**
 * A session with the kernel: the connection and its notifications.
 *
 * @module
 */

export { ClosedWithoutInitError, Conn, type ServeMode } from "./conn.ts";
export { type MountInfo } from "./mounted.ts";
export { ErrNotCached, Notifier } from "./notify.ts";
