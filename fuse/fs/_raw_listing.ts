import { DIRENT64 } from "../../ffi/abi_linux.ts";
import { decodeBytes } from "../../ffi/c_string.ts";
import { FUSE_DIRENT } from "../_abi.ts";
import { setNumber64 } from "../_u64.ts";
import { writeDirent } from "../dirent.ts";
import type { NodeDirent } from "./node.ts";

const { offset: FROM } = DIRENT64;
const { offset: TO, size: HEAD } = FUSE_DIRENT;
const UNIT = 8;
/** The longest name, and what a record of it is padded with. */
const MAX_NAME = 256;

/**
 * A listing as the kernel wants it: one `struct fuse_dirent` after the other,
 * so that an answer to READDIR is a copy of some of them.
 */
export class RawListing {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  /** Where each record starts, and where the last one ends. */
  readonly #starts: number[] = [0];

  /** Makes a listing of entries that have all there is to know. */
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

  /** Takes over what {@linkcode records} of another listing returned. */
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

  /** How many entries there are. */
  get length(): number {
    return this.#starts.length - 1;
  }

  /** Appends what getdents64(2) wrote into the first `length` bytes. */
  append(bytes: Uint8Array, view: DataView, length: number): void {
    for (let at = 0; at < length;) {
      const start = this.#starts.at(-1)!;
      const size = view.getUint16(at + FROM.d_reclen, true);
      this.#reserve(start + HEAD + size);
      const name = at + FROM.d_name;
      const to = start + HEAD;
      let n = 0;
      for (let byte: number; (byte = bytes[name + n]!) !== 0; n++) {
        this.#bytes[to + n] = byte;
      }
      const inode = view.getUint32(at + FROM.d_ino, true);
      const inodeHigh = view.getUint32(at + FROM.d_ino + 4, true);
      const out = this.#view;
      out.setUint32(start + TO.ino, inode, true);
      out.setUint32(start + TO.ino + 4, inodeHigh, true);
      setNumber64(out, start + TO.off, this.#starts.length);
      out.setUint32(start + TO.namelen, n, true);
      out.setUint32(start + TO.type, bytes[at + FROM.d_type]!, true);
      this.#starts.push((to + n + UNIT - 1) & -UNIT);
      at += size;
    }
  }

  /** Returns the records from an entry on that fit into `size` bytes. */
  records(from: number, size: number): Uint8Array {
    const starts = this.#starts;
    const start = starts[from] ?? starts.at(-1)!;
    let end = Math.min(from, this.length);
    while (end < this.length && starts[end + 1]! - start <= size) end++;
    return this.#bytes.subarray(start, starts[end]);
  }

  /** Returns an entry. */
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

  /** Returns all entries. */
  entries(): NodeDirent[] {
    return Array.from({ length: this.length }, (_, i) => this.at(i));
  }

  #reserve(size: number): void {
    if (size <= this.#bytes.length) return;
    const old = this.#bytes;
    this.#bytes = new Uint8Array(2 * size);
    this.#bytes.set(old);
    this.#view = new DataView(this.#bytes.buffer);
  }
}
