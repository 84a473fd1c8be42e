import { decodeBytes } from "../../../ffi/internal.ts";
import { FUSE_DIRENT } from "../../abi/internal.ts";
import { writeDirent } from "../../message/internal.ts";
import type { NodeDirent } from "../node.ts";

const { offset: TO, size: HEAD } = FUSE_DIRENT;
const UNIT = 8;
/** The longest name of 255 bytes, with padding. */
const MAX_NAME = 256;

/**
 * A listing in the kernel's format: consecutive `struct fuse_dirent`, so that
 * an answer to READDIR is a copy of some of these records.
 */
export class RawListing {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  /** The start of each record, and the end of the last record. */
  readonly #starts: number[] = [0];

  /** Makes a listing of complete entries. */
  static of(entries: readonly NodeDirent[]): RawListing {
    const listing = new RawListing();
    for (const [i, entry] of entries.entries()) {
      const start = listing.#starts.at(-1)!;
      const limit = start + HEAD + MAX_NAME;
      listing.#reserve(limit);
      const end = writeDirent(listing.#view, start, limit, entry, i + 1);
      listing.#starts.push(end);
    }
    return listing;
  }

  /** Makes a listing of the {@linkcode records} of another listing. */
  static from(records: Uint8Array<ArrayBuffer>): RawListing {
    const listing = new RawListing();
    listing.#bytes = records;
    const { buffer, byteOffset, length } = records;
    listing.#view = new DataView(buffer, byteOffset, length);
    for (let start = 0; start < length;) {
      start += HEAD + listing.#view.getUint32(start + TO.namelen, true);
      start = (start + UNIT - 1) & -UNIT;
      listing.#starts.push(start);
    }
    return listing;
  }

  /** The number of entries. */
  get length(): number {
    return this.#starts.length - 1;
  }

  /** Returns the records from index `from` on that fit into `size` bytes. */
  records(from: number, size: number): Uint8Array {
    const starts = this.#starts;
    const start = starts[from] ?? starts.at(-1)!;
    let end = Math.min(from, this.length);
    while (end < this.length && starts[end + 1]! - start <= size) end++;
    return this.#bytes.subarray(start, starts[end]);
  }

  /** Returns the entry at an index. */
  at(i: number): NodeDirent {
    const start = this.#starts[i]!;
    const name = start + HEAD;
    const length = this.#view.getUint32(start + TO.namelen, true);
    return {
      inode: this.#view.getBigUint64(start + TO.ino, true),
      type: this.#view.getUint32(start + TO.type, true),
      name: decodeBytes(this.#bytes.subarray(name, name + length)),
    };
  }

  #reserve(size: number): void {
    if (size <= this.#bytes.length) return;
    const old = this.#bytes;
    this.#bytes = new Uint8Array(2 * size);
    this.#bytes.set(old);
    this.#view = new DataView(this.#bytes.buffer);
  }
}
