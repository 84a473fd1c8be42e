import type { Frame, Notification, Reply } from "../message/internal.ts";

/**
 * A listener for the messages of a connection. It must not keep their bytes:
 * the next message uses the same memory.
 */
export interface Tap {
  /** Receives a request that was read. */
  request(frame: Frame): void;
  /** Receives a complete reply; `delivered` if the kernel took it. */
  reply(reply: Reply, delivered: boolean): void;
  /** Receives a notification and the kernel's errno for it, 0 for success. */
  notification(message: Notification, errno: number): void;
  /** Ends the trace: the connection was closed. */
  close(): void;
}
