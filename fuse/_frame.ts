import { decodeBytes } from "../ffi/c_string.ts";
import { FUSE_IN_HEADER } from "./_abi.ts";
import { ProtocolError } from "./protocol_error.ts";

const { offset: IN, size: HEADER_SIZE } = FUSE_IN_HEADER;

/** Where one request's bytes lie: a buffer to read into, and what is in it. */
export class Frame {
  /** The buffer; the request fills its first {@linkcode length} bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same bytes. */
  readonly view: DataView<ArrayBuffer>;
  /** The buffer's size, as read(2) wants it. */
  readonly capacity: bigint;
  /** The request's length in bytes, header included. */
  length = 0;

  /** Makes a frame over a buffer that may hold a request already. */
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

  /** Checks that the header is whole and tells the truth about the length. */
  checkHeader(): void {
    if (this.length < HEADER_SIZE) {
      throw new ProtocolError(
        `A request of ${this.length} bytes is shorter than its header`,
      );
    }
    const stated = this.view.getUint32(IN.len, true);
    if (stated !== this.length) {
      throw new ProtocolError(
        `A request of ${this.length} bytes says that it has ${stated}`,
      );
    }
  }

  /** Checks that the body has exactly `size` bytes. */
  checkBody(size: number): void {
    const actual = this.length - HEADER_SIZE;
    if (actual !== size) {
      throw new ProtocolError(
        `Opcode ${this.opcode} has a body of ${actual} bytes instead of ${size}`,
      );
    }
  }

  /** Checks that the body has at least `size` bytes. */
  checkBodyAtLeast(size: number): void {
    const actual = this.length - HEADER_SIZE;
    if (actual < size) {
      throw new ProtocolError(
        `Opcode ${this.opcode} has a body of ${actual} bytes, less than ${size}`,
      );
    }
  }

  /** Returns the name that starts `at` bytes into the body and ends it. */
  lastName(at: number): string {
    const start = HEADER_SIZE + at;
    const end = this.bytes.indexOf(0, start);
    if (end !== this.length - 1 || end <= start) {
      throw new ProtocolError(
        `Opcode ${this.opcode} has a name that is empty or does not end with it`,
      );
    }
    return decodeBytes(this.bytes.subarray(start, end));
  }
}

/** Where a request's body starts. */
export const BODY: number = HEADER_SIZE;
