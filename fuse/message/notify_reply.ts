import { checkInstance, checkU64 } from "../../ffi/internal.ts";
import { FUSE_NOTIFY_RETRIEVE_IN, U64 } from "../abi/internal.ts";
import { type Frame, NO_DATA } from "./frame.ts";
import { UnansweredRequest } from "./request.ts";

const { offset: IN, size: SIZE } = FUSE_NOTIFY_RETRIEVE_IN;

/**
 * Data of `header.node` from the page cache: the kernel's answer to the
 * `FUSE_NOTIFY_RETRIEVE` with the id `header.id`. The kernel sends this as a
 * request, but wants no answer.
 */
export class NotifyReply extends UnansweredRequest {
  /** The request's name. */
  readonly opname = "NOTIFY_REPLY";
  /** @internal */
  readonly _offset: U64 = new U64();
  #data = NO_DATA;

  /** The file offset of the data, exact below 2^53 and rounded beyond. */
  get offset(): number {
    return this._offset.number;
  }

  /** The file offset of the data, exact. */
  get offset64(): bigint {
    return this._offset.big;
  }

  /**
   * The data, possibly less than requested. This is a view of the request's
   * buffer, which the next request reuses; {@linkcode NotifyRetrieval.finish}
   * copies the data.
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

  /** @internal The fields, with the data's length instead of the data. */
  override _fields(): Record<string, unknown> {
    return { offset: this.offset64, size: this.#data.length };
  }
}

/** A request for data of the page cache, not answered yet by the kernel. */
export class NotifyRetrieval {
  /** The id that the {@linkcode NotifyReply} will have. */
  readonly id: bigint;

  /** Makes the retrieval with the id `id`. */
  constructor(id: bigint) {
    this.id = checkU64("id", id);
  }

  /**
   * Returns the data of the answer, a copy.
   *
   * @throws {RangeError} If `reply` is the answer to another retrieval.
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
