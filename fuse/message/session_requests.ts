import {
  checkCountField,
  checkInstance,
  checkU16,
  checkU32,
  checkU64Field,
} from "../../ffi/internal.ts";
import {
  FUSE_INIT_IN,
  FUSE_INIT_OUT,
  FUSE_INTERRUPT_IN,
  FUSE_KSTATFS,
  setNumber64,
  U64,
} from "../abi/internal.ts";
import { FUSE_INIT_EXT, initFlagsString, Protocol } from "../abi/mod.ts";
import { named } from "./fields.ts";
import { BODY, type Frame } from "./frame.ts";
import { type Reply, REPLY_BODY } from "./reply.ts";
import { FieldsResponse, Request, type Response } from "./request.ts";

/** The size of INIT before protocol 7.36, without the second flag word. */
const OLD_INIT_SIZE = FUSE_INIT_IN.offset.flags2;

/** The kernel's first request: its protocol version and its features. */
export class InitRequest extends Request {
  /** The request's name. */
  readonly opname = "INIT";
  /** The kernel's protocol version. */
  protocol: Protocol = new Protocol(0, 0);
  /** The most bytes the kernel reads ahead. */
  maxReadahead = 0;
  /** `FUSE_*` flags the kernel offers, both words. */
  flags = 0n;

  /** Answers with the version and features of the connection. */
  respond(response: InitResponse): void {
    checkInstance("response", response, InitResponse);
    this._respond(response);
  }

  /** @internal Newer kernels may send more than we know. */
  override _decodeBody(frame: Frame): void {
    if (frame.length < BODY + FUSE_INIT_IN.size) frame.checkBody(OLD_INIT_SIZE);
    const { offset } = FUSE_INIT_IN;
    this.protocol = new Protocol(
      frame.u32(offset.major),
      frame.u32(offset.minor),
    );
    this.maxReadahead = frame.u32(offset.max_readahead);
    this.flags = BigInt(frame.u32(offset.flags));
    if (this.flags & FUSE_INIT_EXT && frame.length > BODY + OLD_INIT_SIZE) {
      const high = frame.u32(offset.flags2);
      this.flags |= BigInt(high) << 32n;
    }
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    return {
      protocol: `${this.protocol}`,
      maxReadahead: this.maxReadahead,
      flags: named(this.flags, initFlagsString),
    };
  }
}

/** The negotiated version, features and limits of a connection. */
export class InitResponse implements Response {
  /** The protocol version that the server speaks. */
  protocol: Protocol = new Protocol(0, 0);
  /** The most bytes to read ahead; the kernel's own figure is the limit. */
  maxReadahead = 0;
  /** `FUSE_*` flags that the server accepts of those that the kernel offers. */
  flags = 0n;
  /** The most background requests in flight; 0 is the default of 12. */
  maxBackground = 0;
  /**
   * The background requests that count as congestion; 0 is the default of 9.
   */
  congestionThreshold = 0;
  /** The most bytes of one write. */
  maxWrite = 0;
  /** Granularity of time stamps in nanoseconds, 1 to 10^9. */
  timeGranNs = 1;
  /** The most pages of one request, with `FUSE_MAX_PAGES`. */
  maxPages = 0;
  /** The binary logarithm of a DAX mapping's alignment, for virtiofs. */
  mapAlignment = 0;
  /** The most stacked file systems, with `FUSE_PASSTHROUGH`: 1 or 2. */
  maxStackDepth = 0;
  /** Seconds until an unanswered request aborts the connection; 0 for never. */
  requestTimeoutS = 0;

  /** @internal An older kernel refuses a body that is longer than it knows. */
  _encode(reply: Reply): void {
    reply.zeroBody(FUSE_INIT_OUT.size);
    const { offset } = FUSE_INIT_OUT;
    const u16 = (at: number, name: string, value: number): void =>
      reply.view.setUint16(REPLY_BODY + at, checkU16(name, value), true);
    const u32 = (at: number, name: string, value: number): void =>
      reply.view.setUint32(REPLY_BODY + at, checkU32(name, value), true);
    const protocol = checkInstance("protocol", this.protocol, Protocol);
    const flags = checkU64Field("flags", this.flags);
    u32(offset.major, "major", protocol.major);
    u32(offset.minor, "minor", protocol.minor);
    u32(offset.max_readahead, "maxReadahead", this.maxReadahead);
    u32(offset.flags, "flags", Number(flags & M32));
    u16(offset.max_background, "maxBackground", this.maxBackground);
    u16(
      offset.congestion_threshold,
      "congestionThreshold",
      this.congestionThreshold,
    );
    u32(offset.max_write, "maxWrite", this.maxWrite);
    u32(offset.time_gran, "timeGranNs", this.timeGranNs);
    u16(offset.max_pages, "maxPages", this.maxPages);
    u16(offset.map_alignment, "mapAlignment", this.mapAlignment);
    u32(offset.flags2, "flags", Number(flags >> 32n));
    u32(offset.max_stack_depth, "maxStackDepth", this.maxStackDepth);
    u16(offset.request_timeout, "requestTimeoutS", this.requestTimeoutS);
    const [, size] = INIT_SIZES.find(([since]) => protocol.ge(since))!;
    reply.length = REPLY_BODY + size;
  }
}

/** The length of the answer to INIT since each protocol version. */
const INIT_SIZES: readonly (readonly [since: Protocol, size: number])[] = [
  [new Protocol(7, 23), FUSE_INIT_OUT.size],
  [new Protocol(7, 5), FUSE_INIT_OUT.offset.time_gran],
  [new Protocol(0, 0), FUSE_INIT_OUT.offset.max_readahead],
];

const M32 = 0xffff_ffffn;

/**
 * Asks for the size and the free space of the file system.
 *
 * ENOSYS: statfs(2) fails with ENOSYS, and so does df(1); better answer zeros.
 */
export class StatfsRequest extends Request {
  /** The request's name. */
  readonly opname = "STATFS";

  /** Answers with the figures. */
  respond(response: StatfsResponse): void {
    checkInstance("response", response, StatfsResponse);
    this._respond(response);
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    frame.checkBody(0);
  }
}

const COUNTS = ["blocks", "bfree", "bavail", "files", "ffree"] as const;
const SIZES = ["bsize", "namelen", "frsize"] as const;

/** Size and free space of a file system, as statfs(2) shows them. */
export class StatfsResponse extends FieldsResponse {
  /** Total data blocks, in units of {@linkcode frsize}. */
  blocks = 0;
  /** Free blocks. */
  bfree = 0;
  /** Free blocks for unprivileged users. */
  bavail = 0;
  /** Total inodes. */
  files = 0;
  /** Free inodes. */
  ffree = 0;
  /** Preferred block size for I/O, in bytes. */
  bsize = 4096;
  /** The longest file name, in bytes. */
  namelen = 255;
  /** The unit of the block counts, in bytes; 0 is {@linkcode bsize}. */
  frsize = 0;

  /** @internal */
  override _encode(reply: Reply): void {
    reply.zeroBody(FUSE_KSTATFS.size);
    const { view } = reply;
    const { offset } = FUSE_KSTATFS;
    for (const name of COUNTS) {
      const count = checkCountField(name, this[name]);
      setNumber64(view, REPLY_BODY + offset[name], count);
    }
    for (const name of SIZES) {
      const size = checkU32(name, this[name]);
      view.setUint32(REPLY_BODY + offset[name], size, true);
    }
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    const { blocks, bfree, bavail, files, ffree, bsize, namelen } = this;
    const { frsize } = this;
    return { blocks, bfree, bavail, files, ffree, bsize, namelen, frsize };
  }
}

/**
 * Says that the caller of the request {@linkcode intrId} gave up waiting.
 *
 * EAGAIN: the kernel sends INTERRUPT again, for a request that has not been
 * read yet. ENOSYS: the kernel never sends INTERRUPT again.
 */
export class InterruptRequest extends Request {
  /** The request's name. */
  readonly opname = "INTERRUPT";
  /** @internal */
  readonly _target: U64 = new U64();

  /** The id of the request to interrupt. */
  get intrId(): bigint {
    return this._target.big;
  }

  /** Does nothing: only the interrupted request is answered. */
  respond(): void {}

  /** @internal */
  override _decodeBody(frame: Frame): void {
    frame.checkBody(FUSE_INTERRUPT_IN.size);
    frame.read64(this._target, FUSE_INTERRUPT_IN.offset.unique);
  }

  /** @internal */
  override _fields(): Record<string, unknown> {
    return { intrId: this.intrId };
  }
}

/** The last request of some kinds of mount; an ordinary one never sends it. */
export class DestroyRequest extends Request {
  /** The request's name. */
  readonly opname = "DESTROY";

  /** Answers that the server is done. */
  respond(): void {
    this._respond();
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    frame.checkBody(0);
  }
}

/** A request that has no class of its own; the answer is ENOSYS. */
export class UnrecognizedRequest extends Request {
  /** The request's number in `enum fuse_opcode`. */
  opcode = 0;

  /** The request's name. */
  get opname(): `opcode ${number}` {
    return `opcode ${this.opcode}`;
  }

  /** Answers ENOSYS, the only answer there is. */
  respond(): void {
    this.respondUnsupported();
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    this.opcode = frame.opcode;
  }
}
