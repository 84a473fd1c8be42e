import type { Frame, Notification, Reply } from "../message/internal.ts";

/** Where a connection's messages come from and go to: a device, or a record. */
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
   * Where the request is that was read last, unless in the frame that was
   * given: memory that is the request's until it is answered.
   */
  readonly lentFrame?: Frame | undefined;

  /** A reply in the same memory, in place of the request. */
  readonly lentReply?: Reply | undefined;

  /**
   * Finishes a reply and sends it.
   *
   * @returns Whether somebody still waited for it.
   */
  write(reply: Reply): boolean;

  /** Sends a notification; returns its errno, or 0. */
  notify(message: Notification): Promise<number>;

  /** Waits until there is a request to read, the session ends, or a close. */
  wait(): Promise<void>;

  /**
   * Waits likewise, but blocks the thread, and not for ever. Without it, no
   * thread can be blocked.
   *
   * @returns Whether to look for a request: not after that time, or a signal.
   */
  sleep?(milliseconds: number): boolean;

  /** Waits until a notification has been sent. */
  notified(): Promise<unknown>;

  /**
   * Registers an open file as a backing file. Without it there are none.
   *
   * @returns Its id, above 0, or a negative errno.
   */
  openBacking?(fd: number): number;

  /** Takes back a backing file; open files that have it keep it. */
  closeBacking?(id: number): void;

  /** Opens one more way to the same mount; returns its descriptor. */
  clone?(): number;

  /** Ends the session. A second call is harmless. */
  close(): Promise<void>;
}
