import { checkInstance, checkU64 } from "../../ffi/internal.ts";
import { FUSE_NOTIFY_RETRIEVE_IN, U64 } from "../abi/internal.ts";
import { type Frame, NO_DATA } from "./frame.ts";
import { UnansweredRequest } from "./request.ts";

const { offset: IN, size: SIZE } = FUSE_NOTIFY_RETRIEVE_IN;

/**
 * What the page cache has of `header.node`: the kernel's answer to a
 * `FUSE_NOTIFY_RETRIEVE`, whose id is `header.id`. It comes as a request, but
 * nobody waits for an answer.
 */
export class NotifyReply extends UnansweredRequest {
  /** The request's name. */
  readonly opname = "NOTIFY_REPLY";
  /** @internal */
  readonly _offset: U64 = new U64();
  #data = NO_DATA;

  /** Where the data starts, exact below 2^53 and rounded beyond. */
  get offset(): number {
    return this._offset.number;
  }

  /** Where the data starts, exact. */
  get offset64(): bigint {
    return this._offset.big;
  }

  /**
   * The data, possibly less than was asked for. No copy but a view of the
   * buffer that the request was read into, which the next request is read
   * into; {@linkcode NotifyRetrieval.finish} copies it.
   */
  get data(): Uint8Array<ArrayBuffer> {
    return this.#data;
  }

  /** @internal */
  override get _holdsFrame(): boolean {
    return true;
  }

  /** @internal */
  override _decodeBody(frame: Frame): void {
    frame.checkBodyAtLeast(SIZE);
    const size = frame.u32(IN.size);
    frame.checkBody(SIZE + size);
    frame.read64(this._offset, IN.offset);
    this.#data = frame.data(SIZE, size, this.#data);
  }

  /** @internal How many bytes there are, not which. */
  override _fields(): Record<string, unknown> {
    return { offset: this.offset64, size: this.#data.length };
  }
}

/** A question to the page cache whose answer is still to come. */
export class NotifyRetrieval {
  /** The id that the {@linkcode NotifyReply} will have. */
  readonly id: bigint;

  /** Makes the question. */
  constructor(id: bigint) {
    this.id = checkU64("id", id);
  }

  /**
   * Returns the data of the answer, a copy.
   *
   * @throws {RangeError} If it is the answer to another question.
   */
  finish(reply: NotifyReply): Uint8Array<ArrayBuffer> {
    checkInstance("reply", reply, NotifyReply);
    if (reply.header.id !== this.id) {
      throw new RangeError(
        `Cannot finish retrieval ${this.id} with reply ${reply.header.id}`,
      );
    }
    return reply.data.slice();
  }
}
