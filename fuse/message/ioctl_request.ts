import {
  checkArray,
  checkBits,
  checkCountField,
  checkInstance,
  checkOptions,
  checkU64Field,
} from "../../ffi/internal.ts";
import {
  FUSE_IOCTL_IN,
  FUSE_IOCTL_IOVEC,
  FUSE_IOCTL_OUT,
  U64,
} from "../abi/internal.ts";
import {
  FUSE_IOCTL_MAX_IOV,
  FUSE_IOCTL_RETRY,
  FUSE_IOCTL_UNRESTRICTED,
  type IoctlFlags,
  ioctlFlagsString,
} from "../abi/mod.ts";
import { checkBytes } from "./check_bytes.ts";
import { named } from "./fields.ts";
import { type Frame, NO_DATA } from "./frame.ts";
import { type Reply, REPLY_BODY } from "./reply.ts";
import { FieldsResponse, HandleRequest } from "./request.ts";

const { offset: IN, size: SIZE } = FUSE_IOCTL_IN;
const { offset: OUT, size: OUT_SIZE } = FUSE_IOCTL_OUT;
const { offset: IOVEC, size: IOVEC_SIZE } = FUSE_IOCTL_IOVEC;

/** An area of the memory of the program that called ioctl(2). */
export interface IoctlIovec {
  /** Its address. */
  readonly base: bigint;
  /** Its length in bytes. */
  readonly length: number;
}

/**
 * Asks for an ioctl(2) on an open file or directory.
 *
 * The kernel decodes {@linkcode cmd} by the rules of `_IOW`, `_IOR` and
 * `_IOWR`: it copies {@linkcode data} from the address in the caller's
 * argument, and copies the answer's data, at most {@linkcode outSize} bytes,
 * back there. With `FUSE_IOCTL_UNRESTRICTED` (CUSE only) it does not, and the
 * server says what to copy with {@linkcode respondRetry}.
 *
 * ENOSYS: the caller gets ENOTTY, as for a command that does not exist.
 */
export class IoctlRequest extends HandleRequest {
  /** The request's name. */
  readonly opname = "IOCTL";
  /** `FUSE_IOCTL_*` flags. */
  flags: IoctlFlags = 0;
  /** The command, such as TCGETS. */
  cmd = 0;
  /** @internal */
  readonly _arg: U64 = new U64();
  /** The most bytes of data the answer may have. */
  outSize = 0;
  #data = NO_DATA;
  /** @internal Reused with the request. */
  readonly _response: IoctlResponse = new IoctlResponse();

  /** The argument itself: a number, or an address in the caller's memory. */
  get arg(): bigint {
    return this._arg.big;
  }

  /**
   * The data from the caller's memory. This is a view of the request's buffer,
   * which is reused once this request is answered.
   */
  get data(): Uint8Array<ArrayBuffer> {
    return this.#data;
  }

  /**
   * Answers with the result and the data for the caller.
   *
   * @throws {RangeError} If there is more data than {@linkcode outSize}.
   */
  respond(response: IoctlResponse): void {
    checkInstance("response", response, IoctlResponse);
    response._check(this.outSize);
    this._respond(response);
  }

  /**
   * Makes the kernel send the request again with these areas of the caller's
   * memory: `data` then holds the contents of `from`, concatenated, and the
   * data of the answer is copied to `to`.
   *
   * @param from The areas to read, e.g. the struct at {@linkcode arg}.
   * @param to The areas to write; `from` and `to` together have at most 256.
   * @throws {Error} If the request is restricted, as all requests of a file
   * system are.
   * @throws {RangeError} If there are too many.
   */
  respondRetry(from: readonly IoctlIovec[], to: readonly IoctlIovec[]): void {
    if ((this.flags & FUSE_IOCTL_UNRESTRICTED) === 0) {
      throw new Error("Cannot ask for other memory: the ioctl is restricted");
    }
    for (const area of checkArray("from", from)) checkArea("from", area);
    for (const area of checkArray("to", to)) checkArea("to", area);
    if (from.length + to.length > FUSE_IOCTL_MAX_IOV) {
      throw new RangeError(
        `Cannot ask for more than ${FUSE_IOCTL_MAX_IOV} areas of memory`,
      );
    }
    this._respond({ _encode: (reply) => encodeRetry(reply, from, to) });
  }

  /** @internal */
  override get _holdsFrame(): boolean {
    return true;
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    frame.checkBodyAtLeast(SIZE);
    const size = frame.u32(IN.in_size);
    frame.checkBody(SIZE + size);
    frame.read64(this._handle, IN.fh);
    this.flags = frame.u32(IN.flags);
    this.cmd = frame.u32(IN.cmd);
    frame.read64(this._arg, IN.arg);
    this.outSize = frame.u32(IN.out_size);
    this.#data = frame.data(SIZE, size, this.#data);
  }

  /** @internal The fields, with the data's length instead of the data. */
  override _fields(): Record<string, unknown> {
    const { handle, arg, outSize } = this;
    const flags = named(this.flags, ioctlFlagsString);
    const cmd = named(this.cmd, (cmd) => `0x${cmd.toString(16)}`);
    return { handle, flags, cmd, arg, inSize: this.#data.length, outSize };
  }
}

function encodeRetry(
  reply: Reply,
  from: readonly IoctlIovec[],
  to: readonly IoctlIovec[],
): void {
  reply.zeroBody(OUT_SIZE + IOVEC_SIZE * (from.length + to.length));
  const { view } = reply;
  view.setUint32(REPLY_BODY + OUT.flags, FUSE_IOCTL_RETRY, true);
  view.setUint32(REPLY_BODY + OUT.in_iovs, from.length, true);
  view.setUint32(REPLY_BODY + OUT.out_iovs, to.length, true);
  let at = REPLY_BODY + OUT_SIZE;
  for (const { base, length } of [...from, ...to]) {
    view.setBigUint64(at + IOVEC.base, base, true);
    view.setBigUint64(at + IOVEC.len, BigInt(length), true);
    at += IOVEC_SIZE;
  }
}

function checkArea(name: string, area: IoctlIovec): void {
  const { base, length } = checkOptions(name, area);
  checkU64Field(`${name}: base`, base);
  checkCountField(`${name}: length`, length);
}

/** The result and the data of an ioctl(2). */
export class IoctlResponse extends FieldsResponse {
  /** The return value of ioctl(2); use `respondError` for an error. */
  result = 0;
  /** The data to copy to the caller. */
  data: Uint8Array = NO_DATA;

  /**
   * @internal Checks the data: for more than `limit` bytes, the kernel would
   * fail the caller's ioctl(2) with EIO.
   */
  _check(limit: number): void {
    checkBytes("response.data", this.data);
    const { length } = this.data;
    if (length <= limit) return;
    throw new RangeError(
      `Cannot answer with ${length} bytes: at most ${limit} fit`,
    );
  }

  /** @internal */
  override _encode(reply: Reply): void {
    reply.zeroBody(OUT_SIZE + this.data.length);
    const result = checkBits("result", this.result);
    reply.view.setInt32(REPLY_BODY + OUT.result, result, true);
    reply.bytes.set(this.data, REPLY_BODY + OUT_SIZE);
  }

  /** @internal The fields, with the data's length instead of the data. */
  override _fields(): Record<string, unknown> {
    return { result: this.result, size: this.data.length };
  }
}
