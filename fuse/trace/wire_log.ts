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

/** The kind of message that a record holds. */
export type WireLogKind = "request" | "reply" | "notification";

/** One message of a {@linkcode WireLog}. */
export interface WireLogRecord {
  /** The kind of message. */
  readonly kind: WireLogKind;
  /** The message's time, in nanoseconds since the start of the log. */
  readonly timeNs: bigint;
  /** For a reply, whether the request still waited for it; otherwise true. */
  readonly delivered: boolean;
  /** For a notification, the kernel's errno, 0 for success; otherwise 0. */
  readonly errno: number;
  /** The message as it went through `/dev/fuse`, header included. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A recorded session: docs/wire-log.md describes the format of the file. */
export interface WireLog {
  /** The start of the log, in nanoseconds since 1970. */
  readonly startNs: bigint;
  /** The messages, in the order in which they were read and written. */
  readonly records: readonly WireLogRecord[];
  /** Whether the file ends within a record: the recorder was killed. */
  readonly truncated: boolean;
}

/** A byte beyond ASCII, `HKF`, and line ends that a text transfer changes. */
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
/** The status of a reply whose request no longer waited for it. */
const UNDELIVERED = 1;

/** Rounds a message's length up to the alignment of records. */
function padded(length: number): number {
  return length + 7 & ~7;
}

/** Returns the length of a message's header, the shortest possible message. */
function shortest(kind: WireLogKind): number {
  return (kind === "request" ? FUSE_IN_HEADER : FUSE_OUT_HEADER).size;
}

/**
 * Reads a recorded session.
 *
 * @param bytes The content of a file that the mount option `record` wrote.
 * @throws {TypeError} If it is not a wire log, has an unknown version, or has a
 * message whose header states another length.
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
  if (!isOurs) throw new TypeError("Cannot read the file: not a wire log");
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
 * Creates a file that no other process has open, without following a symbolic
 * link, and returns its file descriptor. An existing regular file is unlinked
 * first; a device is opened as it is.
 */
function createNew(path: string): number {
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

/** Returns the file type bits of a mode, or `undefined` if there is no file. */
function typeOf(path: string): number | undefined {
  const fd = libc().open(cString(path), O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
  if (fd < 0) return undefined;
  try {
    return fstat(fd).mode & S_IFMT;
  } finally {
    libc().close(fd);
  }
}

/** A listener that writes every message of a connection to a file at once. */
export class WireLogWriter implements Tap {
  readonly #path: string;
  readonly #startMs = performance.now();
  #fd: number;
  #bytes = new Uint8Array(new ArrayBuffer(4096));
  #view = new DataView(this.#bytes.buffer);

  /**
   * Creates the file, replacing an existing file. Only its owner can read it,
   * since it will contain all data that is read and written.
   *
   * @throws {SyscallError} As open(2), unlink(2) and write(2): EEXIST if the
   * path is neither a regular file nor a device such as `/dev/null`.
   */
  constructor(path: string) {
    this.#path = path;
    this.#fd = createNew(path);
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
      // deno-lint-ignore no-console -- no caller could receive the error
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
