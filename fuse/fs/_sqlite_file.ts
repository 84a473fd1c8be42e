import { SyscallError } from "../../ffi/syscall_error.ts";
import {
  EFBIG,
  EINVAL,
  ENOSPC,
  ENXIO,
  EOPNOTSUPP,
} from "../../posix/constants_errno.ts";
import * as fuse from "../constants.ts";
import { MemFile } from "./_mem_file.ts";
import type { Ownership } from "./_mem_node.ts";
import { SqliteContent } from "./_sqlite_content.ts";
import type { InodeRow, SqliteDatabase } from "./_sqlite_database.ts";
import { type Details, stored } from "./_sqlite_node.ts";
import type { SqliteVolume } from "./_sqlite_volume.ts";

/** The largest size there may be: what a number holds exactly. */
const MAX_SIZE = Number.MAX_SAFE_INTEGER;
/** How much one request copies at most, so that others get their turn. */
const MAX_COPY = 16 << 20;
/** What is copied at once. */
const COPY_BUFFER = 1 << 20;
const { FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE, FALLOC_FL_ZERO_RANGE } =
  fuse;

/** A regular file. */
export class SqliteFile extends stored(MemFile) {
  #content: SqliteContent;
  #size = 0;

  constructor(volume: SqliteVolume, ownership: Ownership) {
    super(volume, ownership);
    this.#content = new SqliteContent(volume, this.inode);
  }

  override get size(): number {
    return this.#size;
  }

  override get pages(): number {
    return this.#content.pages;
  }

  override get details(): Details {
    return { size: this.#size, pages: this.pages };
  }

  override restore(row: InodeRow): void {
    super.restore(row);
    this.#size = row.size;
    this.#content = new SqliteContent(this.volume, row.inode, row.pages);
  }

  override save(db: SqliteDatabase): void {
    super.save(db);
    this.#content.save(db, this.#size);
  }

  override saved(): void {
    super.saved();
    this.#content.saved();
  }

  override drop(): void {
    this.#content.drop();
  }

  override close(): void {
    super.close();
    this.volume.evict(this);
  }

  override free(): void {
    this.volume.pages -= this.pages;
    super.free();
  }

  override resize(size: number): void {
    if (size > MAX_SIZE) throw new SyscallError("truncate", EFBIG);
    // Pages may have been promised behind the end, too.
    if (size <= this.#size) this.#content.truncate(size);
    this.#size = size;
    this.touchContent();
  }

  override read(offset: number, into: Uint8Array, most: number): number {
    const length = Math.max(0, Math.min(most, this.#size - offset));
    this.#content.read(offset, into, length);
    return length;
  }

  override write(offset: number, data: Uint8Array): number {
    if (offset + data.length > MAX_SIZE) throw new SyscallError("write", EFBIG);
    this.volume.begin();
    const length = this.#put(offset, data);
    if (length === 0 && data.length > 0) throw noSpace("write");
    return length;
  }

  override allocate(mode: number, start: number, length: number): void {
    const end = start + length;
    if (length <= 0) throw new SyscallError("fallocate", EINVAL);
    if (end > MAX_SIZE) throw new SyscallError("fallocate", EFBIG);
    this.volume.begin();
    switch (mode & ~FALLOC_FL_KEEP_SIZE) {
      case FALLOC_FL_PUNCH_HOLE:
        this.#content.punch(start, end);
        break;
      case FALLOC_FL_ZERO_RANGE:
        this.#content.promise(start, end);
        this.#content.punch(start, end);
        this.#content.promise(start, end);
        break;
      case 0:
        this.#content.promise(start, end);
        break;
      default:
        throw new SyscallError("fallocate", EOPNOTSUPP);
    }
    const keepsSize = mode & (FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE);
    if (!keepsSize) this.#grow(end);
  }

  override seek(offset: number, whence: number): number {
    if (offset >= this.#size) throw new SyscallError("lseek", ENXIO);
    if (whence === fuse.SEEK_HOLE) {
      return Math.min(this.#content.nextHole(offset), this.#size);
    }
    if (whence !== fuse.SEEK_DATA) throw new SyscallError("lseek", EINVAL);
    const data = this.#content.nextData(offset);
    if (data >= this.#size) throw new SyscallError("lseek", ENXIO);
    return data;
  }

  override copyTo(
    to: SqliteFile,
    from: number,
    at: number,
    length: number,
  ): number {
    if (at + length > MAX_SIZE) {
      throw new SyscallError("copy_file_range", EFBIG);
    }
    this.volume.begin();
    const end = Math.min(from + Math.min(length, MAX_COPY), this.#size);
    const shift = at - from;
    let position = from;
    while (position < end) {
      const data = Math.min(this.#content.nextData(position), end);
      to.#clear(position + shift, data + shift);
      const hole = Math.min(this.#content.nextHole(data), end);
      position = data + this.#copyData(to, data, hole, shift);
      if (position < hole) break;
    }
    if (position === from && from < end) throw noSpace("copy_file_range");
    return Math.max(0, position - from);
  }

  /** Copies bytes; returns how many there was room for. */
  #copyData(to: SqliteFile, start: number, end: number, shift: number): number {
    const buffer = new Uint8Array(Math.min(end - start, COPY_BUFFER));
    let position = start;
    while (position < end) {
      const part = buffer.subarray(0, Math.min(end - position, COPY_BUFFER));
      this.#content.read(position, part, part.length);
      const written = to.#put(position + shift, part);
      position += written;
      if (written < part.length) break;
    }
    return position - start;
  }

  #put(offset: number, data: Uint8Array): number {
    const length = this.#content.write(offset, data);
    if (length > 0) this.#grow(offset + length);
    return length;
  }

  #clear(start: number, end: number): void {
    if (start >= end) return;
    this.#content.punch(start, end);
    this.#grow(end);
  }

  #grow(end: number): void {
    if (end > this.#size) this.#size = end;
  }
}

function noSpace(syscall: string): SyscallError {
  return new SyscallError(syscall, ENOSPC);
}
