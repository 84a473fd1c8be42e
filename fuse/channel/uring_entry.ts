import { errno, libc } from "../../ffi/internal.ts";
import { addressOf } from "../../ffi/mod.ts";
import type { SubmissionEntry } from "../../hostfd/uring/mod.ts";
import { E2BIG } from "../../posix/mod.ts";
import {
  FUSE_IN_HEADER,
  FUSE_OUT_HEADER,
  FUSE_URING_CMD_REQ,
  FUSE_URING_ENT_IN_OUT,
  FUSE_URING_REQ_HEADER,
} from "../abi/internal.ts";
import { Frame, Reply, REPLY_BODY } from "../message/internal.ts";

const WORD = 4;
/** The alignment of the payload: the kernel copies page by page. */
const PAGE = 4096;

// Sizes in words.
const IN_SIZE = FUSE_IN_HEADER.size / WORD;
const LEN = FUSE_IN_HEADER.offset.len / WORD;
const OPCODE = FUSE_IN_HEADER.offset.opcode / WORD;
const OUT_LEN = FUSE_OUT_HEADER.offset.len / WORD;
const OUT_ERROR = FUSE_OUT_HEADER.offset.error / WORD;
const HEADERS = FUSE_URING_REQ_HEADER.offset;
const OP_IN = HEADERS.op_in / WORD;
const ENTRY = FUSE_URING_ENT_IN_OUT.offset;
const COMMIT_ID = (HEADERS.ring_ent_in_out + ENTRY.commit_id) / WORD;
const PAYLOAD_SIZE = (HEADERS.ring_ent_in_out + ENTRY.payload_sz) / WORD;
const COMMAND_ID = FUSE_URING_CMD_REQ.offset.commit_id / WORD;
const COMMAND_QID = FUSE_URING_CMD_REQ.offset.qid / WORD;
const END = PAGE / WORD;

/** Returns the map key for the request id with these halves. */
export function keyOf(lo: number, hi: number): number {
  return (hi >>> 0) * 2 ** 32 + (lo >>> 0);
}

/** The requests of one CPU. */
export interface UringQueue {
  /** The number of the CPU. */
  readonly id: number;
  /** The number of entries. */
  size: number;
  /** The number of entries whose request has not been answered yet. */
  held: number;
}

/**
 * The memory of a queue for one request at a time, and its answer.
 *
 * The kernel stores a request in three parts: the header, the operation's
 * struct, and the payload, the only large part. The first two parts are copied
 * in front of the payload. An answer's body replaces the payload.
 */
export class UringEntry {
  readonly queue: UringQueue;
  /** The number that identifies the entry in completions. */
  readonly token: number;
  /** A page for the headers, followed by the payload. */
  readonly #memory: Uint8Array<ArrayBuffer>;
  /** The page of the headers. */
  readonly #words: Int32Array<ArrayBuffer>;
  /** The frames by the size of the operation's struct. */
  readonly #frames: Frame[] = [];
  readonly #replyBytes: Uint8Array<ArrayBuffer>;
  /** The answer, in the request's memory. */
  readonly reply: Reply;
  /** The key of the request that the memory holds; see {@linkcode keyOf}. */
  key = 0;
  /** Whether the kernel accepts no more answers. */
  isDead = false;

  constructor(queue: UringQueue, token: number, payloadSize: number) {
    this.queue = queue;
    this.token = token;
    const buffer = new ArrayBuffer(2 * PAGE + payloadSize);
    const start = -Number(addressOf(buffer)) & (PAGE - 1);
    this.#memory = new Uint8Array(buffer, start, PAGE + payloadSize);
    this.#words = new Int32Array(buffer, start, END);
    this.#replyBytes = this.#memory.subarray(PAGE - REPLY_BODY);
    this.reply = new Reply(0, this.#replyBytes);
    this.reply.isLent = true;
  }

  /** Returns the addresses of headers and payload: two `struct iovec`. */
  iovecs(): BigUint64Array<ArrayBuffer> {
    const headers = addressOf(this.#memory);
    const size = BigInt(this.#memory.length - PAGE);
    return new BigUint64Array([
      headers,
      BigInt(FUSE_URING_REQ_HEADER.size),
      headers + BigInt(PAGE),
      size,
    ]);
  }

  /** The opcode of the request. */
  get opcode(): number {
    return this.#words[OPCODE]!;
  }

  /** Returns the request that the kernel has stored in the memory. */
  request(): Frame {
    const words = this.#words;
    this.key = keyOf(words[COMMIT_ID]!, words[COMMIT_ID + 1]!);
    const length = words[LEN]!;
    const size = (length - words[PAYLOAD_SIZE]!) / WORD - IN_SIZE;
    const op = END - size;
    const at = op - IN_SIZE;
    // For a few words, a loop is faster than any built-in function.
    for (let i = 0; i < IN_SIZE; i++) words[at + i] = words[i]!;
    for (let i = 0; i < size; i++) words[op + i] = words[OP_IN + i]!;
    const frame = this.#frames[size] ??= new Frame(
      this.#memory.subarray(at * WORD),
    );
    frame.length = length;
    return frame;
  }

  /** Stores an answer where the kernel reads it. */
  answer(reply: Reply): void {
    if (reply.source !== undefined) this.#readSource(reply);
    else if (reply.bytes !== this.#replyBytes) this.#copy(reply);
    const words = this.#words;
    words[OUT_LEN] = reply.length;
    words[OUT_ERROR] = -reply.errno;
    words[PAYLOAD_SIZE] = reply.length - REPLY_BODY;
  }

  #copy(reply: Reply): void {
    const room = this.#memory.length - PAGE;
    // The kernel has no more room either.
    if (reply.length > REPLY_BODY + room) reply.fail(E2BIG);
    else if (reply.length > REPLY_BODY) {
      const body = reply.bytes.subarray(REPLY_BODY, reply.length);
      this.#memory.set(body, PAGE);
    }
  }

  #readSource(reply: Reply): void {
    const { fd, offset, size } = reply.source!;
    const payload = this.#memory.subarray(PAGE);
    const n = libc().pread(fd, payload, BigInt(size), BigInt(offset));
    if (n < 0) reply.fail(errno());
    else {
      reply.length = REPLY_BODY + n;
      reply.source = undefined;
    }
  }

  /** Fills in the command's data: `struct fuse_uring_cmd_req`. */
  command(submission: SubmissionEntry): void {
    const words = this.#words;
    submission._setCommandWord(COMMAND_ID, words[COMMIT_ID]!);
    submission._setCommandWord(COMMAND_ID + 1, words[COMMIT_ID + 1]!);
    submission._setCommandWord(COMMAND_QID, this.queue.id);
  }
}
