import type { Frame, Notification, Reply } from "../message/internal.ts";

/**
 * What listens to the messages of a connection. None of their bytes may be
 * kept: the next message comes in the same memory.
 */
export interface Tap {
  /** A request was read. */
  request(frame: Frame): void;
  /** A reply was written, all of it in its buffer; or nobody waited for it. */
  reply(reply: Reply, delivered: boolean): void;
  /** A notification was written, and the kernel said so. */
  notification(message: Notification, errno: number): void;
  /** The connection was closed. */
  close(): void;
}
