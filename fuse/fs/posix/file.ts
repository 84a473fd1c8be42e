import { SyscallError } from "../../../ffi/mod.ts";
import {
  EFBIG,
  EINVAL,
  ENOSPC,
  ENXIO,
  EOPNOTSUPP,
  O_TRUNC,
} from "../../../posix/mod.ts";
import * as fuse from "../../abi/mod.ts";
import type {
  OpenRequest,
  OpenResponse,
  RequestBase as Request,
} from "../../message/mod.ts";
import { LockTable } from "../locks/internal.ts";
import type { Handle } from "../node.ts";
import { LockingFile } from "./locking_file.ts";
import { PosixNode } from "./node.ts";
import { type FileContent, type Locks, OpenFile } from "./open_file.ts";
import type { Content } from "./volume.ts";

/** The largest file size: the largest integer that a number holds exactly. */
const MAX_SIZE = Number.MAX_SAFE_INTEGER;
/** The most bytes that one request copies, so that other requests can run. */
const MAX_COPY = 16 << 20;
/** The size in bytes of the buffer for copies. */
const COPY_BUFFER = 1 << 20;
const { FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE, FALLOC_FL_ZERO_RANGE } =
  fuse;

/** A regular file. */
export class PosixFile extends PosixNode implements FileContent {
  #locks: Locks | undefined;
  /** The content, which is created by the first write. */
  #content: Content | undefined;
  #size = 0;
  #opens = 0;

  override get size(): number {
    return this.#size;
  }

  override get pages(): number {
    return this.#content?.pages ?? 0;
  }

  override get opens(): number {
    return this.#opens;
  }

  /** Sets the size and content that the file had when it was saved. */
  restore(size: number, content: Content): void {
    this.#size = size;
    this.#content = content;
  }

  open(request: OpenRequest, response: OpenResponse): Handle {
    const { flags, openFlags } = request;
    if (flags & O_TRUNC) {
      this.resize(0);
      if (openFlags & fuse.FUSE_OPEN_KILL_SUIDGID) this.dropPrivileges(request);
    }
    // Only the kernel changes what it has cached, so the cache stays valid; but
    // with strictatime each read must reach this file system.
    if (this.volume.atime !== "strict") {
      response.flags |= fuse.FOPEN_KEEP_CACHE;
    }
    return this.newHandle();
  }

  get locks(): Locks {
    return this.#locks ??= {
      posix: new LockTable(this.volume.waits),
      flock: new LockTable(),
    };
  }

  /** Opens the file. */
  newHandle(): OpenFile {
    this.#opens++;
    return this.volume.locks ? new LockingFile(this) : new OpenFile(this);
  }

  /** Counts an open file as closed. */
  close(): void {
    this.#opens--;
    this.releaseIfUnused();
  }

  override resize(size: number): void {
    if (size > MAX_SIZE) throw new SyscallError("truncate", EFBIG);
    // fallocate(2) may have reserved pages beyond the end, too.
    if (size <= this.#size) this.#content?.truncate(size);
    this.#size = size;
    this.touchContent();
  }

  /** Reads up to `most` bytes; returns the number of bytes read. */
  read(offset: number, into: Uint8Array, most: number): number {
    const length = Math.max(0, Math.min(most, this.#size - offset));
    if (this.#content === undefined) into.fill(0, 0, length);
    else this.#content.read(offset, into, length);
    return length;
  }

  /** Writes as many bytes as there is room for; returns their number. */
  write(offset: number, data: Uint8Array): number {
    if (offset + data.length > MAX_SIZE) throw new SyscallError("write", EFBIG);
    this.volume.begin(this);
    const length = this.#put(offset, data);
    if (length === 0 && data.length > 0) throw noSpace("write");
    return length;
  }

  /** Records a change by a request without flags for set-ID bits. */
  changedBy(request: Request): void {
    if (request.header.uid === 0) this.dropCapability();
    else this.dropPrivileges(request);
    this.touchContent();
  }

  /** Reserves or frees space, as fallocate(2) does. */
  allocate(mode: number, start: number, length: number): void {
    const end = start + length;
    if (length <= 0) throw new SyscallError("fallocate", EINVAL);
    if (end > MAX_SIZE) throw new SyscallError("fallocate", EFBIG);
    this.volume.begin(this);
    const content = this.#makeContent();
    switch (mode & ~FALLOC_FL_KEEP_SIZE) {
      case FALLOC_FL_PUNCH_HOLE:
        content.punch(start, end);
        break;
      case FALLOC_FL_ZERO_RANGE:
        content.reserve(start, end);
        content.punch(start, end);
        content.reserve(start, end);
        break;
      case 0:
        content.reserve(start, end);
        break;
      default:
        throw new SyscallError("fallocate", EOPNOTSUPP);
    }
    const keepsSize = mode & (FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE);
    if (!keepsSize) this.#grow(end);
  }

  /** Returns the next data or hole from `offset` on, as lseek(2) does. */
  seek(offset: number, whence: number): number {
    if (offset >= this.#size) throw new SyscallError("lseek", ENXIO);
    if (whence === fuse.SEEK_HOLE) {
      return Math.min(this.#nextHole(offset), this.#size);
    }
    if (whence !== fuse.SEEK_DATA) throw new SyscallError("lseek", EINVAL);
    const data = this.#nextData(offset);
    if (data >= this.#size) throw new SyscallError("lseek", ENXIO);
    return data;
  }

  /** Copies to another file, keeping holes; returns the number of bytes. */
  copyTo(to: PosixFile, from: number, at: number, length: number): number {
    if (at + length > MAX_SIZE) {
      throw new SyscallError("copy_file_range", EFBIG);
    }
    to.volume.begin(to);
    const end = Math.min(from + Math.min(length, MAX_COPY), this.#size);
    const shift = at - from;
    let position = from;
    while (position < end) {
      const data = Math.min(this.#nextData(position), end);
      to.#clear(position + shift, data + shift);
      const hole = Math.min(this.#nextHole(data), end);
      position = data + this.#copyData(to, data, hole, shift);
      if (position < hole) break;
    }
    if (position === from && from < end) throw noSpace("copy_file_range");
    return Math.max(0, position - from);
  }

  protected override free(): void {
    super.free();
    this.#content?.free();
    this.#content = undefined;
  }

  #makeContent(): Content {
    return this.#content ??= this.volume.newContent(this);
  }

  #nextData(offset: number): number {
    return this.#content?.nextData(offset) ?? Infinity;
  }

  #nextHole(offset: number): number {
    return this.#content?.nextHole(offset) ?? offset;
  }

  /** Copies as many bytes as there is room for; returns their number. */
  #copyData(to: PosixFile, start: number, end: number, shift: number): number {
    const buffer = new Uint8Array(Math.min(end - start, COPY_BUFFER));
    let position = start;
    while (position < end) {
      const part = buffer.subarray(0, Math.min(end - position, COPY_BUFFER));
      this.#content!.read(position, part, part.length);
      const written = to.#put(position + shift, part);
      position += written;
      if (written < part.length) break;
    }
    return position - start;
  }

  #put(offset: number, data: Uint8Array): number {
    const length = this.#makeContent().write(offset, data);
    if (length > 0) this.#grow(offset + length);
    return length;
  }

  #clear(start: number, end: number): void {
    if (start >= end) return;
    this.#content?.punch(start, end);
    this.#grow(end);
  }

  #grow(end: number): void {
    if (end > this.#size) this.#size = end;
  }
}

function noSpace(syscall: string): SyscallError {
  return new SyscallError(syscall, ENOSPC);
}
