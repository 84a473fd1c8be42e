import { FUSE_OUT_HEADER, type U64 } from "../abi/internal.ts";

const { offset: OUT, size: HEADER_SIZE } = FUSE_OUT_HEADER;

/** The body capacity in bytes that suffices for most replies. */
const SMALL = 512;

/** The offset of a reply's body. */
export const REPLY_BODY: number = HEADER_SIZE;

/** The bytes of one reply, header included, in a reusable buffer. */
export class Reply {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView<ArrayBuffer>;
  /** The reply's length in bytes, header included. */
  length: number = HEADER_SIZE;
  /** An open file whose data is the body, instead of the buffer's content. */
  source: { fd: number; offset: number | bigint; size: number } | undefined;
  /** Whether the reply shares the memory of the request that it answers. */
  isLent = false;

  /**
   * Makes room for a body of `capacity` bytes.
   *
   * @param bytes The memory for the header and the body; by default, new
   * memory.
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

  /** The capacity of the body, in bytes. */
  get capacity(): number {
    return this.#bytes.length - HEADER_SIZE;
  }

  /** Whether a handler has transferred the buffer through a view of it. */
  get wasTaken(): boolean {
    return this.#bytes.length === 0;
  }

  /**
   * Starts an empty, successful reply to the request `unique`, in a new buffer
   * if the old buffer was transferred.
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

  /** Makes the reply an error reply, which has no body. */
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
