import { asyncErrno, errno, libc, linuxLibc } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { EAGAIN, EXDEV, O_ACCMODE, O_RDONLY } from "../../../posix/mod.ts";
import { FUSE_LK_FLOCK, FUSE_WRITE_KILL_SUIDGID } from "../../abi/mod.ts";
import type {
  CopyFileRangeRequest,
  CopyFileRangeResponse,
  FAllocateRequest,
  FlushRequest,
  FsyncRequest,
  LockingRequest,
  LockRequest,
  LockWaitRequest,
  LseekRequest,
  LseekResponse,
  QueryLockRequest,
  QueryLockResponse,
  ReadRequest,
  ReadResponse,
  RequestBase as Request,
  SetattrRequest,
  UnlockRequest,
  WriteRequest,
  WriteResponse,
} from "../../message/mod.ts";
import type { Handle } from "../node.ts";
import { append, appends } from "../source/internal.ts";
import type { MirrorSource } from "./entry.ts";
import { fsync } from "./fsync.ts";
import type { MirrorInode } from "./inode.ts";
import { flock } from "./locks.ts";
import { dropSetIds, setattrOf } from "./setattr.ts";

/** The size in bytes from which moving pages is faster than copying. */
const SPLICE_SIZE = 64 * 1024;
/** The most bytes that one call copies: the caller asks for the rest. */
const COPY_SIZE = 1n << 30n;

/** An open file of the source. */
export class MirrorFile implements Handle {
  readonly #tree: MirrorSource;
  readonly #node: MirrorInode;
  readonly #fd: number;
  readonly #isWritable: boolean;
  /**
   * The owners of locks that were taken through this open file. Owners that are
   * left when the file is released are those of OFD locks.
   */
  #lockOwners: Set<bigint> | undefined;

  /** Takes ownership of `fd` and adds it to the descriptors of its node. */
  constructor(
    tree: MirrorSource,
    node: MirrorInode,
    fd: number,
    flags: number,
  ) {
    this.#tree = tree;
    this.#node = node;
    this.#isWritable = (flags & O_ACCMODE) !== O_RDONLY;
    node.keep(fd);
    this.#fd = fd;
  }

  /** An id made of the descriptor and its writability: see `MirrorPins`. */
  get id(): number {
    return this.#fd * 2 + (this.#isWritable ? 1 : 0);
  }

  setattr(request: SetattrRequest): void {
    setattrOf(this.#fd, request, this.#tree.stat, this.#isWritable);
  }

  read({ offset64, size }: ReadRequest, response: ReadResponse): void {
    if (size >= SPLICE_SIZE) return response.fromFd(this.#fd, offset64);
    const { buffer } = response;
    const n = libc().pread(this.#fd, buffer, BigInt(size), offset64);
    if (n < 0) throw new SyscallError("pread", errno());
    response.length = n;
  }

  write(request: WriteRequest, response: WriteResponse): void {
    const { data } = request;
    if (request.flags & FUSE_WRITE_KILL_SUIDGID) this.#dropSetIds(request);
    response.size = (appends(request) ? append(this.#fd, data) : undefined) ??
      this.#writeAt(data, request.offset64);
  }

  #writeAt(data: Uint8Array<ArrayBuffer>, offset: bigint): number {
    const n = libc().pwrite(this.#fd, data, BigInt(data.length), offset);
    if (n < 0) throw new SyscallError("pwrite", errno());
    return n;
  }

  fsync({ flags }: FsyncRequest): Promise<void> {
    return fsync(this.#fd, flags);
  }

  async fallocate(request: FAllocateRequest): Promise<void> {
    const { mode, offset64, length64 } = request;
    const result = await this.#changedBy(
      request,
      () => linuxLibc().fallocateAsync(this.#fd, mode, offset64, length64),
    );
    if (result < 0) throw new SyscallError("fallocate", asyncErrno(result));
  }

  lseek({ offset64, whence }: LseekRequest, response: LseekResponse): void {
    const signed = BigInt.asIntN(64, offset64);
    const offset = libc().lseek(this.#fd, signed, whence);
    if (offset < 0n) throw new SyscallError("lseek", errno());
    response.offset = offset;
  }

  async copyFileRange(
    request: CopyFileRangeRequest,
    to: Handle,
    response: CopyFileRangeResponse,
  ): Promise<void> {
    if (!(to instanceof MirrorFile)) {
      throw new SyscallError("copy_file_range", EXDEV);
    }
    const { offsetIn64, offsetOut64, length64 } = request;
    const size = length64 < COPY_SIZE ? length64 : COPY_SIZE;
    const result = await to.#changedBy(
      request,
      () =>
        linuxLibc().copyFileRangeAsync(
          this.#fd,
          bytesOf(offsetIn64),
          to.#fd,
          bytesOf(offsetOut64),
          size,
          0,
        ),
    );
    if (result < 0) {
      throw new SyscallError("copy_file_range", asyncErrno(result));
    }
    response.size = result;
  }

  lock(request: LockRequest): void {
    if (!this.#setLock(request)) throw new SyscallError("fcntl", EAGAIN);
  }

  /**
   * Polls for the lock: a thread that waits in the kernel cannot be cancelled.
   */
  async lockWait(request: LockWaitRequest): Promise<void> {
    if (this.#setLock(request)) return;
    const { signal, lockFlags } = request;
    const { waits } = this.#tree;
    const waiter = this.#node.locks.waiter(this.#fd, request, this.#tree);
    const isPosix = (lockFlags & FUSE_LK_FLOCK) === 0;
    if (isPosix) waits.add(waiter);
    try {
      for (let ms = 1;; ms = Math.min(2 * ms, 50)) {
        await delay(ms, signal);
        signal.throwIfAborted();
        if (this.#setLock(request)) return;
        if (isPosix) waits.check(waiter);
      }
    } finally {
      waits.delete(waiter);
    }
  }

  unlock(request: UnlockRequest): void {
    this.#setLock(request);
  }

  queryLock(request: QueryLockRequest, response: QueryLockResponse): void {
    response.lock = this.#node.locks.query(this.#fd, request);
  }

  /** Drops the caller's locks of fcntl(2), as any close(2) of the file does. */
  flush({ lockOwner }: FlushRequest): void {
    this.#lockOwners?.delete(lockOwner);
    this.#node.dropLocks(lockOwner);
  }

  release(): void {
    this.#lockOwners?.forEach((owner) => this.#node.dropLocks(owner));
    this.#tree.shares.drop(this.#fd);
    this.#node.close(this.#fd);
  }

  #dropSetIds(request: Request): void {
    dropSetIds(this.#fd, this.#tree.stat, request);
  }

  /**
   * Changes the content on another thread. The set-ID bits are cleared before,
   * so that the new content never runs with them, and again afterwards if they
   * were set meanwhile. The request does not tell whether the caller has
   * CAP_FSETID, so the bits stay only for root.
   */
  async #changedBy<T>(request: Request, change: () => Promise<T>): Promise<T> {
    if (request.header.uid === 0) return await change();
    this.#dropSetIds(request);
    const result = await change();
    this.#dropSetIds(request);
    return result;
  }

  #setLock(request: LockingRequest): boolean {
    if (request.lockFlags & FUSE_LK_FLOCK) return flock(this.#fd, request);
    (this.#lockOwners ??= new Set()).add(request.lockOwner);
    return this.#node.locks.set(this.#fd, request);
  }
}

/** Waits `ms` milliseconds, or until the signal is aborted. */
function delay(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const onAbort = () => {
    clearTimeout(timer);
    resolve();
  };
  signal.addEventListener("abort", onAbort, { once: true });
  return promise.finally(() => signal.removeEventListener("abort", onAbort));
}

/** Returns new memory with an `off64_t`. */
function bytesOf(offset: bigint): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new BigInt64Array([offset]).buffer);
}
