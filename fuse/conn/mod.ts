/**
 * A session with the kernel: the connection and its notifications.
 *
 * @module
 */

export { Conn, type ServeMode } from "./conn.ts";
export { ClosedWithoutInitError } from "./handshake.ts";
export { type MountInfo } from "./mounted.ts";
export { ErrNotCached, Notifier } from "./notify.ts";
