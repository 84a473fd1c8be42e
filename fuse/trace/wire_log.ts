import {
  checkBytes,
  cString,
  errno,
  libc,
  struct,
} from "../../ffi/internal.ts";
import { SyscallError } from "../../ffi/mod.ts";
import {
  fstat,
  O_CLOEXEC,
  O_CREAT,
  O_EXCL,
  O_NOFOLLOW,
  O_PATH,
  O_WRONLY,
  S_IFCHR,
  S_IFMT,
  S_IFREG,
} from "../../posix/mod.ts";
import { FUSE_IN_HEADER, FUSE_OUT_HEADER } from "../abi/internal.ts";
import type { Frame, Notification, Reply } from "../message/internal.ts";
import type { Tap } from "./tap.ts";

/** What a record holds. */
export type WireLogKind = "request" | "reply" | "notification";

/** One message of a {@linkcode WireLog}. */
export interface WireLogRecord {
  /** Who sent it, and why. */
  readonly kind: WireLogKind;
  /** When, in nanoseconds since the start of the log. */
  readonly timeNs: bigint;
  /** Of a reply, whether somebody still waited for it; otherwise true. */
  readonly delivered: boolean;
  /** Of a notification, what the kernel said to it: an errno, or 0. */
  readonly errno: number;
  /** The message as it went through `/dev/fuse`, header included. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A recorded session: docs/wire-log.md describes the format of the file. */
export interface WireLog {
  /** When the log starts, in nanoseconds since 1970. */
  readonly startNs: bigint;
  /** The messages, in the order in which they came and went. */
  readonly records: readonly WireLogRecord[];
  /** Whether the file ends within a record: the recorder was killed. */
  readonly truncated: boolean;
}

/** A byte that no text has, a name, and what a transfer as text destroys. */
const MAGIC = Uint8Array.of(0x89, 0x48, 0x4b, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);
const VERSION = 1;

const HEADER = struct("docs/wire-log.md", "log_header", {
  magic: ["u8", 8],
  version: "u32",
  reserved: "u32",
  start: "u64",
});

const RECORD = struct("docs/wire-log.md", "record_header", {
  length: "u32",
  kind: "u16",
  status: "u16",
  time: "u64",
});

const KINDS: readonly (WireLogKind | undefined)[] = [
  undefined,
  "request",
  "reply",
  "notification",
];
/** The status of a reply that nobody waited for. */
const UNDELIVERED = 1;

/** Rounds a message's length up to where the next record starts. */
function padded(length: number): number {
  return length + 7 & ~7;
}

/** Returns the length of a message that is nothing but its header. */
function shortest(kind: WireLogKind): number {
  return (kind === "request" ? FUSE_IN_HEADER : FUSE_OUT_HEADER).size;
}

/**
 * Reads a recorded session.
 *
 * @param bytes The content of a file that `record` of the mount options made.
 * @throws {TypeError} If it is no such file, of a later version, or has a
 * message whose header does not tell its length.
 *
 * @example Usage
 * ```ts ignore
 * import { parseWireLog } from "@hostkit/hostkit/fuse";
 *
 * const { records } = parseWireLog(Deno.readFileSync("session.log"));
 * console.log(records.filter(({ kind }) => kind === "request").length);
 * ```
 */
export function parseWireLog(bytes: Uint8Array<ArrayBuffer>): WireLog {
  checkBytes("bytes", bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isOurs = bytes.length >= HEADER.size &&
    MAGIC.every((byte, i) => bytes[i] === byte);
  if (!isOurs) throw new TypeError("Cannot read this: no wire log");
  const version = view.getUint32(HEADER.offset.version, true);
  if (version !== VERSION) {
    throw new TypeError(`Cannot read a wire log of version ${version}`);
  }
  const records: WireLogRecord[] = [];
  let at = HEADER.size;
  while (at + RECORD.size <= bytes.length) {
    const length = view.getUint32(at + RECORD.offset.length, true);
    const start = at + RECORD.size;
    if (start + padded(length) > bytes.length) break;
    const kind = KINDS[view.getUint16(at + RECORD.offset.kind, true)];
    const status = view.getUint16(at + RECORD.offset.status, true);
    const isWhole = kind !== undefined && length >= shortest(kind) &&
      view.getUint32(start, true) === length;
    if (!isWhole) {
      throw new TypeError(`Cannot read the wire log's record at byte ${at}`);
    }
    records.push({
      kind,
      timeNs: view.getBigUint64(at + RECORD.offset.time, true),
      delivered: kind !== "reply" || status !== UNDELIVERED,
      errno: kind === "notification" ? status : 0,
      bytes: bytes.subarray(start, start + length),
    });
    at = start + padded(length);
  }
  return {
    startNs: view.getBigUint64(HEADER.offset.start, true),
    records,
    truncated: at < bytes.length,
  };
}

/**
 * Makes a file that nobody else has open and no link leads away from; what was
 * there is removed. A device is opened as it is.
 */
function makeAnew(path: string): number {
  const type = typeOf(path);
  if (type === S_IFREG && libc().unlink(cString(path)) < 0) {
    throw new SyscallError("unlink", errno(), { path });
  }
  const how = type === S_IFCHR ? O_NOFOLLOW : O_CREAT | O_EXCL;
  const flags = O_WRONLY | O_CLOEXEC | how;
  const fd = libc().open(cString(path), flags, 0o600);
  if (fd < 0) throw new SyscallError("open", errno(), { path });
  return fd;
}

/** Returns the type of a file in `S_IFMT`, `undefined` if there is none. */
function typeOf(path: string): number | undefined {
  const fd = libc().open(cString(path), O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
  if (fd < 0) return undefined;
  try {
    return fstat(fd).mode & S_IFMT;
  } finally {
    libc().close(fd);
  }
}

/** Writes every message of a connection into a file, as it comes. */
export class WireLogWriter implements Tap {
  readonly #path: string;
  readonly #startMs = performance.now();
  #fd: number;
  #bytes = new Uint8Array(new ArrayBuffer(4096));
  #view = new DataView(this.#bytes.buffer);

  /**
   * Makes the file anew, for its owner alone: it will have all that is read
   * and written.
   *
   * @throws {SyscallError} As open(2), unlink(2) and write(2): EEXIST for what
   * is neither a plain file nor a device such as `/dev/null`.
   */
  constructor(path: string) {
    this.#path = path;
    this.#fd = makeAnew(path);
    const { offset, size } = HEADER;
    this.#bytes.set(MAGIC);
    this.#view.setUint32(offset.version, VERSION, true);
    const startUs = (performance.timeOrigin + this.#startMs) * 1000;
    this.#view.setBigUint64(
      offset.start,
      BigInt(Math.round(startUs)) * 1000n,
      true,
    );
    try {
      this.#write(size);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  request({ bytes, length }: Frame): void {
    this.#record("request", 0, bytes.subarray(0, length));
  }

  reply(reply: Reply, delivered: boolean): void {
    reply.finish();
    const status = delivered ? 0 : UNDELIVERED;
    this.#record("reply", status, reply.bytes.subarray(0, reply.length));
  }

  notification(message: Notification, errno: number): void {
    this.#record("notification", errno, message);
  }

  /** Closes the file. A second call is harmless. */
  close(): void {
    if (this.#fd < 0) return;
    libc().close(this.#fd);
    this.#fd = -1;
  }

  #record(kind: WireLogKind, status: number, message: Uint8Array): void {
    if (this.#fd < 0) return;
    const end = RECORD.size + message.length;
    const size = RECORD.size + padded(message.length);
    if (size > this.#bytes.length) {
      this.#bytes = new Uint8Array(new ArrayBuffer(2 * size));
      this.#view = new DataView(this.#bytes.buffer);
    }
    const { offset } = RECORD;
    const us = Math.round((performance.now() - this.#startMs) * 1000);
    this.#view.setUint32(offset.length, message.length, true);
    this.#view.setUint16(offset.kind, KINDS.indexOf(kind), true);
    this.#view.setUint16(offset.status, status, true);
    this.#view.setBigUint64(offset.time, BigInt(us) * 1000n, true);
    this.#bytes.set(message, RECORD.size);
    this.#bytes.fill(0, end, size);
    try {
      this.#write(size);
    } catch (error) {
      // A full disk ends the recording, not the session.
      this.close();
      // deno-lint-ignore no-console -- there is nobody else to tell
      console.error("hostkit: the recording ends:", error);
    }
  }

  #write(size: number): void {
    for (let done = 0; done < size;) {
      const rest = this.#bytes.subarray(done, size);
      const n = libc().write(this.#fd, rest, BigInt(rest.length));
      if (n < 0) throw new SyscallError("write", errno(), { path: this.#path });
      done += n;
    }
  }
}
