import type { Frame, Notification, Reply } from "../message/internal.ts";

/** The source and destination of a connection's messages: device or record. */
export interface Channel {
  /** Whether notifications are being sent at the moment. */
  readonly isNotifying: boolean;

  /** Whether the session ended because the file system was unmounted. */
  isUnmounted(frame: Frame): boolean;

  /**
   * Reads the next request, if there is one.
   *
   * @returns Whether `frame` now holds a request; `undefined` at the end of
   * the session.
   */
  read(frame: Frame): boolean | undefined;

  /**
   * The frame of the request that was read last, if that is not the frame
   * passed to `read`. Its memory belongs to the request until it is answered.
   */
  readonly lentFrame?: Frame | undefined;

  /** A reply in the same memory, in place of the request. */
  readonly lentReply?: Reply | undefined;

  /**
   * Finishes a reply and sends it.
   *
   * @returns Whether the caller still waited for it.
   */
  write(reply: Reply): boolean;

  /** Sends a notification; returns its errno, or 0. */
  notify(message: Notification): Promise<number>;

  /** Waits until there is a request, the session ends, or this is closed. */
  wait(): Promise<void>;

  /**
   * Waits like `wait`, but blocks the thread, and for a limited time. A channel
   * without this method cannot block the thread.
   *
   * @returns Whether to read a request: false after a timeout or a signal.
   */
  sleep?(milliseconds: number): boolean;

  /** Waits until a notification has been sent. */
  notified(): Promise<unknown>;

  /**
   * Registers an open file as a backing file. A channel without this method has
   * no backing files.
   *
   * @returns Its id, above 0, or a negative errno.
   */
  openBacking?(fd: number): number;

  /** Unregisters a backing file; files that were opened with it keep it. */
  closeBacking?(id: number): void;

  /** Opens one more descriptor for the same mount and returns it. */
  clone?(): number;

  /** Ends the session. A second call does nothing. */
  close(): Promise<void>;
}
