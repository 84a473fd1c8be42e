import { FUSE_OUT_HEADER } from "../../abi/internal.ts";
import * as op from "../../abi/mod.ts";
import { type Channel, readSource } from "../../channel/internal.ts";
import {
  fieldsJson,
  fieldsText,
  Frame,
  listedEntries,
  type Notification,
  type Reply,
  REPLY_BODY,
  replyFields,
  UNANSWERED,
} from "../../message/internal.ts";
import { asksSize, errorText, showRequest } from "../../trace/internal.ts";
import type { WireLog, WireLogRecord } from "../../trace/mod.ts";
import { ReplayIds } from "./ids.ts";
import type { ReplayDifference, ReplayOptions } from "./report.ts";

const { error: ERROR, unique: UNIQUE } = FUSE_OUT_HEADER.offset;
const NO_ANSWER = "no answer";

/** The fields that differ between servers: ids that each server assigns. */
const IDS: ReadonlySet<string> = new Set(["node", "generation", "handle"]);
const TIMES: ReadonlySet<string> = new Set([
  "atime",
  "mtime",
  "ctime",
  "btime",
]);

/** The STATFS fields of free space, which other users of the disk change. */
const ROOM: ReadonlySet<string> = new Set([
  "blocks",
  "bfree",
  "bavail",
  "files",
  "ffree",
]);

/** A request that the server has read. */
interface Asked {
  readonly index: number;
  readonly opcode: number;
  readonly asksSize: boolean;
  /** The request as it was recorded. */
  readonly frame: Frame;
}

/**
 * A channel that supplies the requests of a record and compares the answers.
 *
 * A request is supplied once all replies recorded before it have arrived, since
 * it may depend on them. The recorded times are ignored.
 */
export class ReplayChannel implements Channel {
  readonly isNotifying = false;
  readonly #records: readonly WireLogRecord[];
  readonly #options: Required<ReplayOptions>;
  readonly #ids = new ReplayIds();
  readonly #recorded = new Map<bigint, WireLogRecord>();
  readonly #asked = new Map<bigint, Asked>();
  readonly #answers = new Map<bigint, Uint8Array<ArrayBuffer>>();
  readonly #queue: Uint8Array<ArrayBuffer>[] = [];
  #at = 0;
  #progress = Promise.withResolvers<void>();
  #isClosed = false;
  /** The number of requests that were supplied. */
  requests = 0;
  /** The number of answers that were compared. */
  answers = 0;
  /** The differences that were found. */
  readonly differences: ReplayDifference[] = [];

  constructor({ records }: WireLog, options: Required<ReplayOptions>) {
    this.#records = records;
    this.#options = options;
    for (const record of records) {
      if (record.kind === "reply") {
        this.#recorded.set(idOf(record.bytes), record);
      }
    }
  }

  isUnmounted(): boolean {
    return this.#isClosed;
  }

  read(frame: Frame): boolean | undefined {
    if (this.#isClosed) return undefined;
    this.#advance();
    const bytes = this.#queue.shift();
    if (bytes !== undefined) {
      frame.bytes.set(bytes);
      frame.length = bytes.length;
      return true;
    }
    return this.#at < this.#records.length ? false : undefined;
  }

  write(reply: Reply): boolean {
    if (reply.source !== undefined) readSource(reply);
    reply.finish();
    const bytes = reply.bytes.slice(0, reply.length);
    const id = idOf(bytes);
    if (!this.#asked.has(id)) return false;
    this.#answers.set(id, bytes);
    this.#proceed();
    return this.#recorded.get(id)?.delivered ?? true;
  }

  notify(_message: Notification): Promise<number> {
    return Promise.resolve(0);
  }

  notified(): Promise<void> {
    return Promise.resolve();
  }

  async wait(): Promise<void> {
    if (this.#isClosed || !this.#isHeldUp()) return;
    const { promise: late, resolve } = Promise.withResolvers<"late">();
    const timer = setTimeout(() => resolve("late"), this.#options.timeoutMs);
    const end = await Promise.race([this.#progress.promise, late]);
    clearTimeout(timer);
    // The answer is overdue: report that it is missing.
    if (end === "late" && this.#isHeldUp()) this.#compare();
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#proceed();
    return Promise.resolve();
  }

  #proceed(): void {
    this.#progress.resolve();
    this.#progress = Promise.withResolvers();
  }

  /** Whether the next record is an answer that has not arrived yet. */
  #isHeldUp(): boolean {
    const record = this.#records[this.#at];
    if (record?.kind !== "reply") return false;
    const id = idOf(record.bytes);
    return this.#asked.has(id) && !this.#answers.has(id);
  }

  /** Advances in the record up to an answer that has not arrived yet. */
  #advance(): void {
    while (this.#at < this.#records.length && !this.#isHeldUp()) {
      const { kind, bytes } = this.#records[this.#at]!;
      if (kind === "reply" && this.#asked.has(idOf(bytes))) this.#compare();
      else this.#at++;
      if (kind === "request") this.#ask(bytes);
    }
  }

  #ask(recorded: Uint8Array<ArrayBuffer>): void {
    const frame = new Frame(recorded, recorded.length);
    const { opcode } = frame;
    const request = showRequest(frame);
    const index = this.requests++;
    if (!UNANSWERED.has(opcode)) {
      this.#asked.set(request.header.id, {
        index,
        opcode,
        asksSize: asksSize(request),
        frame,
      });
    }
    const bytes = recorded.slice();
    this.#ids.translate(opcode, bytes);
    this.#queue.push(bytes);
  }

  /** Compares the next reply of the record with ours, and advances. */
  #compare(): void {
    const { bytes: recorded } = this.#records[this.#at++]!;
    const id = idOf(recorded);
    const asked = this.#asked.get(id)!;
    const ours = this.#answers.get(id);
    this.#asked.delete(id);
    this.#answers.delete(id);
    this.answers++;
    const differ = (field: string, recorded: string, ours: string): void => {
      const request = `${showRequest(asked.frame)}`;
      const { index } = asked;
      this.differences.push({
        index,
        request,
        field,
        recorded,
        replayed: ours,
      });
    };
    if (ours === undefined) {
      return differ("", this.#text(asked, recorded), NO_ANSWER);
    }
    if (errnoOf(recorded) !== errnoOf(ours)) {
      differ("", this.#text(asked, recorded), this.#text(asked, ours));
    } else if (errnoOf(ours) === 0) {
      const [a, b] = [recorded, ours].map((bytes) =>
        bytes.subarray(REPLY_BODY)
      );
      this.#ids.learn(asked.opcode, a!, b!);
      this.#compareBodies(asked, a!, b!, differ);
    }
  }

  #compareBodies(
    asked: Asked,
    recorded: Uint8Array,
    ours: Uint8Array,
    differ: (field: string, recorded: string, ours: string) => void,
  ): void {
    const [a, b] = [recorded, ours].map((it) => this.#fields(asked, it));
    for (const [field, value] of Object.entries(a!)) {
      const other = b![field];
      if (json(value) !== json(other)) differ(field, text(value), text(other));
    }
    for (const [field, value] of Object.entries(b!)) {
      if (!(field in a!)) differ(field, text(undefined), text(value));
    }
  }

  /** Returns the fields of a successful reply that are compared. */
  #fields({ opcode, asksSize }: Asked, body: Uint8Array) {
    const isListing = opcode === op.FUSE_READDIR ||
      opcode === op.FUSE_READDIRPLUS;
    const entries = isListing
      ? listedEntries(opcode === op.FUSE_READDIRPLUS, body).map((
        { name, fields },
      ) => [name, fields] as const)
      : [];
    const fields = Object.fromEntries([
      ...Object.entries(replyFields(opcode, asksSize, body)),
      ...entries.flatMap(([name, fields]) =>
        Object.entries(fields).map(([field, value]) => [
          `${name}.${field}`,
          value,
        ])
      ),
    ]);
    const isWanted = (field: string): boolean => {
      const last = field.slice(field.lastIndexOf(".") + 1);
      const passing = opcode === op.FUSE_STATFS ? ROOM : TIMES;
      return !IDS.has(last) && (this.#options.times || !passing.has(last));
    };
    return Object.fromEntries(
      Object.entries(fields).filter(([field]) => isWanted(field)),
    );
  }

  #text({ opcode, asksSize }: Asked, reply: Uint8Array): string {
    const errno = errnoOf(reply);
    if (errno !== 0) return errorText(errno);
    return `0${
      fieldsText(replyFields(opcode, asksSize, reply.subarray(REPLY_BODY)))
    }`;
  }
}

function idOf({ buffer, byteOffset, length }: Uint8Array): bigint {
  return new DataView(buffer, byteOffset, length).getBigUint64(UNIQUE, true);
}

function errnoOf({ buffer, byteOffset, length }: Uint8Array): number {
  return 0 - new DataView(buffer, byteOffset, length).getInt32(ERROR, true);
}

function json(value: unknown): string | undefined {
  return JSON.stringify(fieldsJson({ value }));
}

function text(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : `${value}`;
}
