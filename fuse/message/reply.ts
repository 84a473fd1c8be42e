import { FUSE_OUT_HEADER, type U64 } from "../abi/internal.ts";

const { offset: OUT, size: HEADER_SIZE } = FUSE_OUT_HEADER;

/** The room for a body that most replies do with. */
const SMALL = 512;

/** Where a reply's body starts. */
export const REPLY_BODY: number = HEADER_SIZE;

/** The bytes of one reply, header included, in a buffer that is used again. */
export class Reply {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView<ArrayBuffer>;
  /** The reply's length in bytes, header included. */
  length: number = HEADER_SIZE;
  /** An open file whose bytes are the body, instead of the buffer's. */
  source: { fd: number; offset: number | bigint; size: number } | undefined;
  /** Whether its memory is that of the request that it answers. */
  isLent = false;

  /**
   * Makes room for a body of `capacity` bytes.
   *
   * @param bytes The memory for it and the header, if there is some already.
   */
  constructor(
    capacity = SMALL,
    bytes: Uint8Array<ArrayBuffer> = new Uint8Array(
      new ArrayBuffer(HEADER_SIZE + capacity),
    ),
  ) {
    const { buffer, byteOffset, length } = bytes;
    this.#bytes = bytes;
    this.#view = new DataView(buffer, byteOffset, length);
  }

  /** The buffer; the reply fills its first {@linkcode length} bytes. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  /** The same bytes. */
  get view(): DataView<ArrayBuffer> {
    return this.#view;
  }

  /** How many bytes of body the buffer holds. */
  get capacity(): number {
    return this.#bytes.length - HEADER_SIZE;
  }

  /** Whether a handler has given the buffer away, by a view of it. */
  get wasTaken(): boolean {
    return this.#bytes.length === 0;
  }

  /**
   * Starts an empty, successful reply to the request with that id, in another
   * buffer if this one was taken.
   */
  begin(unique: U64): void {
    if (this.wasTaken) {
      this.#bytes = new Uint8Array(new ArrayBuffer(HEADER_SIZE + SMALL));
      this.#view = new DataView(this.#bytes.buffer);
    }
    this.length = HEADER_SIZE;
    this.source = undefined;
    this.#view.setInt32(OUT.error, 0, true);
    this.#view.setUint32(OUT.unique, unique.lo, true);
    this.#view.setUint32(OUT.unique + 4, unique.hi, true);
  }

  /** Makes room for `size` bytes of body, losing what the body held. */
  reserve(size: number): void {
    if (size <= this.capacity) return;
    const lo = this.#view.getUint32(OUT.unique, true);
    const hi = this.#view.getUint32(OUT.unique + 4, true);
    this.#bytes = new Uint8Array(new ArrayBuffer(HEADER_SIZE + size));
    this.#view = new DataView(this.#bytes.buffer);
    this.#view.setUint32(OUT.unique, lo, true);
    this.#view.setUint32(OUT.unique + 4, hi, true);
  }

  /** Makes a zeroed body of `size` bytes. */
  zeroBody(size: number): void {
    this.reserve(size);
    this.#bytes.fill(0, HEADER_SIZE, HEADER_SIZE + size);
    this.length = HEADER_SIZE + size;
  }

  /** Makes the body a copy of `data`. */
  setBody(data: Uint8Array): void {
    this.reserve(data.length);
    this.#bytes.set(data, HEADER_SIZE);
    this.length = HEADER_SIZE + data.length;
  }

  /** Makes it an error reply, which has no body. */
  fail(errno: number): void {
    this.length = HEADER_SIZE;
    this.source = undefined;
    this.#view.setInt32(OUT.error, -errno, true);
  }

  /** The positive errno of an error reply, 0 of a successful one. */
  get errno(): number {
    return 0 - this.#view.getInt32(OUT.error, true);
  }

  /** Writes the length into the header: the reply is ready to be sent. */
  finish(): void {
    this.#view.setUint32(OUT.len, this.length, true);
  }
}
