import { SyscallError } from "../../../ffi/mod.ts";
import { EXDEV, O_NOATIME } from "../../../posix/mod.ts";
import { FUSE_WRITE_KILL_SUIDGID } from "../../abi/mod.ts";
import type {
  CopyFileRangeRequest,
  CopyFileRangeResponse,
  FAllocateRequest,
  LseekRequest,
  LseekResponse,
  ReadRequest,
  ReadResponse,
  ReleaseRequest,
  RequestBase as Request,
  WriteRequest,
  WriteResponse,
} from "../../message/mod.ts";
import type { LockTable } from "../locks/internal.ts";
import type { Handle } from "../node.ts";

/** The locks of a file. */
export interface Locks {
  /** The locks of fcntl(2). */
  readonly posix: LockTable;
  /** The locks of flock(2). */
  readonly flock: LockTable;
}

/** The part of a file that an open file needs. */
export interface FileContent {
  readonly locks: Locks;
  read(offset: number, into: Uint8Array, most: number): number;
  write(offset: number, data: Uint8Array): number;
  allocate(mode: number, start: number, length: number): void;
  seek(offset: number, whence: number): number;
  copyTo(to: FileContent, from: number, at: number, length: number): number;
  touchAccess(): void;
  touchContent(): void;
  changedBy(request: Request): void;
  dropPrivileges(request: Request): void;
  dropCapability(): void;
  close(): void;
}

/** An open file. */
export class OpenFile implements Handle {
  readonly file: FileContent;

  constructor(file: FileContent) {
    this.file = file;
  }

  read({ offset, size, fileFlags }: ReadRequest, response: ReadResponse): void {
    response.length = this.file.read(offset, response.buffer, size);
    if (!(fileFlags & O_NOATIME)) this.file.touchAccess();
  }

  write(request: WriteRequest, response: WriteResponse): void {
    const { offset, data, flags } = request;
    response.size = this.file.write(offset, data);
    if (flags & FUSE_WRITE_KILL_SUIDGID) this.file.dropPrivileges(request);
    else this.file.dropCapability();
    this.file.touchContent();
  }

  fallocate(request: FAllocateRequest): void {
    const { mode, offset, length } = request;
    this.file.allocate(mode, offset, length);
    this.file.changedBy(request);
  }

  lseek({ offset, whence }: LseekRequest, response: LseekResponse): void {
    response.offset = this.file.seek(offset, whence);
  }

  copyFileRange(
    request: CopyFileRangeRequest,
    to: Handle,
    response: CopyFileRangeResponse,
  ): void {
    if (!(to instanceof OpenFile)) {
      throw new SyscallError("copy_file_range", EXDEV);
    }
    const { offsetIn, offsetOut, length } = request;
    response.size = this.file.copyTo(to.file, offsetIn, offsetOut, length);
    this.file.touchAccess();
    to.file.changedBy(request);
  }

  release(_request?: ReleaseRequest): void {
    this.file.close();
  }
}
