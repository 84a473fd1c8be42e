import { decodeBytes } from "../../ffi/internal.ts";
import { FUSE_IN_HEADER, type U64 } from "../abi/internal.ts";
import { ProtocolError } from "../abi/mod.ts";

const { offset: IN, size: HEADER_SIZE } = FUSE_IN_HEADER;
/** The unit of the length of extensions, in bytes. */
const EXTENSION_UNIT = 8;

/** A buffer for the bytes of one request. */
export class Frame {
  /** The buffer; the request fills its first {@linkcode length} bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** A view of the same bytes. */
  readonly view: DataView<ArrayBuffer>;
  /** The buffer's size in bytes, in the type of read(2)'s argument. */
  readonly capacity: bigint;
  /** The request's length in bytes, header included. */
  length = 0;
  /** The offset at which the body ends; valid once the header is checked. */
  end = 0;

  /** Whether a handler has transferred the buffer through a view of it. */
  get wasTaken(): boolean {
    return this.bytes.length === 0;
  }

  /** Makes a frame over a buffer that may already hold a request. */
  constructor(bytes: Uint8Array<ArrayBuffer>, length = 0) {
    this.bytes = bytes;
    this.capacity = BigInt(bytes.length);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.length = length;
  }

  /** The request's opcode; the header must have been checked. */
  get opcode(): number {
    return this.view.getUint32(IN.opcode, true);
  }

  /** Checks that the header is complete and states the actual length. */
  checkHeader(): void {
    if (this.length < HEADER_SIZE) {
      throw new ProtocolError(
        `A request of ${this.length} bytes is shorter than its header`,
      );
    }
    const stated = this.view.getUint32(IN.len, true);
    if (stated !== this.length) {
      throw new ProtocolError(
        `A request of ${this.length} bytes states a length of ${stated}`,
      );
    }
    const extensions = this.view.getUint16(IN.total_extlen, true);
    this.end = this.length - EXTENSION_UNIT * extensions;
    if (this.end < HEADER_SIZE) {
      throw new ProtocolError(
        `A request of ${this.length} bytes states ${
          EXTENSION_UNIT * extensions
        } bytes of extensions`,
      );
    }
  }

  /** Checks that the body has exactly `size` bytes. */
  checkBody(size: number): void {
    const actual = this.end - HEADER_SIZE;
    if (actual !== size) {
      throw new ProtocolError(
        `Opcode ${this.opcode} has a body of ${actual} bytes instead of ${size}`,
      );
    }
  }

  /** Checks that the body has at least `size` bytes. */
  checkBodyAtLeast(size: number): void {
    const actual = this.end - HEADER_SIZE;
    if (actual < size) {
      throw new ProtocolError(
        `Opcode ${this.opcode} has a body of ${actual} bytes, less than ${size}`,
      );
    }
  }

  /** Returns the 32-bit field that starts `at` bytes into the body. */
  u32(at: number): number {
    return this.view.getUint32(HEADER_SIZE + at, true);
  }

  /** Reads the 64-bit field that starts `at` bytes into the body. */
  read64(field: U64, at: number): void {
    field.read(this.view, HEADER_SIZE + at);
  }

  /**
   * Returns the offset of the NUL that ends the name at `at`. Both offsets are
   * in bytes from the start of the body.
   */
  nameEnd(at: number): number {
    const start = HEADER_SIZE + at;
    const end = this.bytes.indexOf(0, start);
    if (end <= start || end >= this.end) {
      throw new ProtocolError(
        `Opcode ${this.opcode} has a name that is empty or lacks its NUL`,
      );
    }
    return end - HEADER_SIZE;
  }

  /** Returns the text between two byte offsets from the start of the body. */
  text(at: number, end: number): string {
    return decodeBytes(
      this.bytes.subarray(HEADER_SIZE + at, HEADER_SIZE + end),
    );
  }

  /** Returns the name from `at` bytes into the body, which fills the rest. */
  lastName(at: number): string {
    const end = this.nameEnd(at);
    if (HEADER_SIZE + end !== this.end - 1) {
      throw new ProtocolError(
        `Opcode ${this.opcode} has a name with ${
          this.end - HEADER_SIZE - end - 1
        } bytes after it`,
      );
    }
    return this.text(at, end);
  }

  /**
   * Returns a view of `size` bytes from `at` bytes into the body. Returns
   * `old` if it is the same view, so that similar requests share one object.
   */
  data(
    at: number,
    size: number,
    old: Uint8Array<ArrayBuffer>,
  ): Uint8Array<ArrayBuffer> {
    const { buffer, byteOffset } = this.bytes;
    const start = HEADER_SIZE + at;
    return old.length === size && old.buffer === buffer &&
        old.byteOffset === byteOffset + start
      ? old
      : this.bytes.subarray(start, start + size);
  }
}

/** The offset of a request's body. */
export const BODY: number = HEADER_SIZE;

/** The empty array that stands for data that is not there. */
export const NO_DATA: Uint8Array<ArrayBuffer> = new Uint8Array(0);
