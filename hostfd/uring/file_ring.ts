import {
  checkBytes,
  checkInstance,
  checkOptions,
  cString,
  STATX,
} from "../../ffi/internal.ts";
import { toOffset } from "../../posix/internal.ts";
import { O_CLOEXEC, O_RDONLY, type Stat } from "../../posix/mod.ts";
import type { BlockSeq } from "../../usermem/safemem/mod.ts";
import { toFlags, toInt } from "../_arguments.ts";
import { blockSeqOf } from "../_transfer.ts";
import type { HostFd } from "../host_fd.ts";
import * as kinds from "./_kinds.ts";
import { addressOf, TRANSFER_MAX } from "./_memory.ts";
import { type Kind, Operation } from "./_operation.ts";
import { decodeStatx, STATX_BASIC_STATS } from "./_statx.ts";
import { transferAll } from "./_vectors.ts";
import * as io from "./constants_io_uring.ts";
import {
  NO_OPTIONS,
  type OperationOptions,
  type RingFile,
  type SyncOptions,
  type TransferOptions,
} from "./options.ts";
import { RawRing } from "./raw_ring.ts";
import { RegisteredBuffer } from "./registered.ts";
import type { SubmissionEntry } from "./submission_entry.ts";

const READS = { plain: io.IORING_OP_READ, fixed: io.IORING_OP_READ_FIXED };
const WRITES = { plain: io.IORING_OP_WRITE, fixed: io.IORING_OP_WRITE_FIXED };

/** The operations of {@linkcode Ring} on files. */
export class FileRing extends RawRing {
  /** @internal Starts an operation; the promise settles when it completes. */
  _start<T>(
    kind: Kind<T>,
    options: OperationOptions,
    prepare: (operation: Operation<T>) => SubmissionEntry,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const { signal } = checkOptions("options", options);
      if (signal !== undefined) checkInstance("signal", signal, AbortSignal);
      signal?.throwIfAborted();
      const operation = new Operation(kind, resolve, reject);
      const { id } = prepare(operation);
      this._schedule();
      if (signal === undefined) return;
      operation.cancelOn(signal, () => {
        this.cancel(id);
        this._schedule();
      });
    });
  }

  /** Queues the transfer of one view. */
  #transfer<T>(
    operation: Operation<T>,
    opcodes: { readonly plain: number; readonly fixed: number },
    file: RingFile,
    memory: Uint8Array | RegisteredBuffer,
    offset: number | bigint,
    flags = 0,
  ): SubmissionEntry {
    if (!Number.isSafeInteger(offset)) toOffset(offset);
    const bits = toFlags(flags);
    const isFixed = memory instanceof RegisteredBuffer;
    if (!isFixed) checkBytes("memory", memory);
    const address = isFixed ? memory.address : addressOf(memory);
    const opcode = isFixed ? opcodes.fixed : opcodes.plain;
    const entry = this._prepare(opcode, file, operation, memory);
    entry.address = address;
    entry.length = Math.min(memory.length, TRANSFER_MAX);
    entry.offset = offset;
    entry.opFlags = bits;
    if (isFixed) entry.bufferIndex = memory.index;
    return entry;
  }

  /**
   * Reads into a view. See read(2) and pread(2).
   *
   * It differs from {@linkcode preadv2} in that a pipe or socket takes any
   * offset, and that `RWF_HIPRI` is `EINVAL`.
   *
   * @param file The file to read from.
   * @param dst The memory to read into.
   * @param offset The offset in bytes, or -1 for the file's own position. The
   * order in which several operations move the position is not defined.
   * @returns The number of bytes read; `null` at the end of the file.
   * @throws {SyscallError} As {@linkcode preadv2}; `ECANCELED` if the ring is
   * closed meanwhile; `EBADF` if it was closed before.
   * @throws {RangeError} If a number is not an integer of its size.
   * @throws {TypeError} If the view's buffer is detached.
   */
  read(
    file: RingFile,
    dst: Uint8Array | RegisteredBuffer,
    offset: number | bigint = -1,
    options: TransferOptions = NO_OPTIONS,
  ): Promise<number | null> {
    return this._start<number | null>(
      dst?.length === 0 ? kinds.READ_NOTHING : kinds.READ,
      options,
      (op) => this.#transfer(op, READS, file, dst, offset, options.flags),
    );
  }

  /**
   * Writes a view. See write(2) and pwrite(2).
   *
   * @param file The file to write to.
   * @param src The bytes to write.
   * @param offset The offset in bytes, or -1 for the file's own position. The
   * order in which several operations move the position is not defined.
   * @returns The number of bytes written, which may be fewer than there are.
   * @throws {SyscallError} As {@linkcode pwritev2}; `ECANCELED` if the ring is
   * closed meanwhile; `EBADF` if it was closed before.
   * @throws {RangeError} If a number is not an integer of its size.
   * @throws {TypeError} If the view's buffer is detached.
   */
  write(
    file: RingFile,
    src: Uint8Array | RegisteredBuffer,
    offset: number | bigint = -1,
    options: TransferOptions = NO_OPTIONS,
  ): Promise<number> {
    return this._start(
      kinds.WRITE,
      options,
      (op) => this.#transfer(op, WRITES, file, src, offset, options.flags),
    );
  }

  /**
   * Reads into one Block after another. See preadv2(2).
   *
   * More than {@linkcode MAX_READ_WRITE_IOV} Blocks take several operations,
   * until one moves fewer bytes than requested.
   *
   * @param file The file to read from.
   * @param dsts The memory to read into. If empty, no operation is started.
   * @param offset As in {@linkcode Ring.read}.
   * @returns The number of bytes read; `null` at the end of the file.
   * @throws {SyscallError} As {@linkcode Ring.read}; bytes read by earlier
   * operations are in `transferred`.
   * @throws {RangeError} If a number is not an integer of its size.
   */
  async readv(
    file: RingFile,
    dsts: BlockSeq | Uint8Array,
    offset: number | bigint = -1,
    options: TransferOptions = NO_OPTIONS,
  ): Promise<number | null> {
    const blocks = blockSeqOf(dsts);
    const opcode = io.IORING_OP_READV;
    const n = await this.#vector(
      kinds.READV,
      opcode,
      file,
      blocks,
      offset,
      options,
    );
    return n > 0 || blocks.isEmpty ? n : null;
  }

  /**
   * Writes one Block after another. See pwritev2(2).
   *
   * It starts several operations as {@linkcode Ring.readv} does.
   *
   * @param file The file to write to.
   * @param srcs The bytes to write. If empty, no operation is started.
   * @param offset As in {@linkcode Ring.write}.
   * @returns The number of bytes written, which may be fewer than there are.
   * @throws {SyscallError} As {@linkcode Ring.write}; bytes written by earlier
   * operations are in `transferred`.
   * @throws {RangeError} If a number is not an integer of its size.
   */
  async writev(
    file: RingFile,
    srcs: BlockSeq | Uint8Array,
    offset: number | bigint = -1,
    options: TransferOptions = NO_OPTIONS,
  ): Promise<number> {
    const blocks = blockSeqOf(srcs);
    const opcode = io.IORING_OP_WRITEV;
    return await this.#vector(
      kinds.WRITEV,
      opcode,
      file,
      blocks,
      offset,
      options,
    );
  }

  async #vector(
    kind: Kind<number>,
    opcode: number,
    file: RingFile,
    blocks: BlockSeq,
    offset: number | bigint,
    options: TransferOptions,
  ): Promise<number> {
    const start = toOffset(offset);
    const { flags = 0 } = checkOptions("options", options);
    const bits = toFlags(flags);
    if (blocks.isEmpty) return 0;
    return await transferAll(
      blocks,
      start,
      (iovecs, at, transferred) =>
        this._start(kind, options, (operation) => {
          operation.errorOptions = { transferred };
          const held = [iovecs, blocks];
          const entry = this._prepare(opcode, file, operation, held);
          entry.address = addressOf(iovecs);
          entry.length = iovecs.length / 2;
          entry.offset = at;
          entry.opFlags = bits;
          return entry;
        }),
    );
  }

  /**
   * Waits until a file's data is on the device. See fsync(2).
   *
   * @param file The file. Writes that have not completed may not be included.
   * @throws {SyscallError} `EIO`; `ENOSPC`; `EINVAL` if the file does not
   * support fsync; `EBADF`.
   */
  fsync(file: RingFile, options: SyncOptions = NO_OPTIONS): Promise<void> {
    return this._start(kinds.FSYNC, options, (operation) => {
      const entry = this._prepare(io.IORING_OP_FSYNC, file, operation, null);
      if (options.dataOnly) entry.opFlags = io.IORING_FSYNC_DATASYNC;
      return entry;
    });
  }

  /**
   * Opens a file. See openat(2).
   *
   * @param dirfd The directory that a relative path starts from; `AT_FDCWD` for
   * the current directory.
   * @param path The file.
   * @param flags An access mode and any of the `O_*` constants; `O_CLOEXEC` is
   * always set.
   * @param mode The permissions of a file that `O_CREAT` creates, less the
   * umask.
   * @throws {SyscallError} As open(2): `ENOENT`, `EACCES`, `EEXIST` and so on.
   * @throws {TypeError} If the path has a NUL.
   * @throws {RangeError} If a number is not a 32-bit integer.
   */
  openat(
    dirfd: number,
    path: string,
    flags: number = O_RDONLY,
    mode: number = 0o666,
    options: OperationOptions = NO_OPTIONS,
  ): Promise<HostFd> {
    return this._start(kinds.OPENAT, options, (operation) => {
      const bits = toFlags(flags) | O_CLOEXEC;
      const permissions = toInt("mode", mode);
      const opcode = io.IORING_OP_OPENAT;
      const entry = this.#prepareAt(opcode, dirfd, path, operation, null);
      entry.opFlags = bits;
      entry.length = permissions;
      return entry;
    });
  }

  /** Queues an operation on a path. */
  #prepareAt<T>(
    opcode: number,
    dirfd: number,
    path: string,
    operation: Operation<T>,
    memory: unknown,
  ): SubmissionEntry {
    const name = cString(path);
    operation.errorOptions = { path };
    const entry = this._prepare(opcode, dirfd, operation, [name, memory]);
    entry.address = addressOf(name);
    return entry;
  }

  /**
   * Closes a descriptor. See close(2).
   *
   * @param fd The descriptor, such as one from {@linkcode HostFd.release}.
   * @throws {SyscallError} `EBADF`; `EIO`, although the descriptor is closed.
   * @throws {RangeError} If it is not a 32-bit integer.
   */
  closeFd(fd: number, options: OperationOptions = NO_OPTIONS): Promise<void> {
    return this._start(
      kinds.CLOSE,
      options,
      (operation) => this._prepare(io.IORING_OP_CLOSE, fd, operation, null),
    );
  }

  /**
   * Reads a file's attributes. See statx(2).
   *
   * @param dirfd The directory that a relative path starts from; `AT_FDCWD` for
   * the current directory.
   * @param path The file; empty, with `AT_EMPTY_PATH`, for `dirfd` itself.
   * @param flags Any of the `AT_*` constants.
   * @throws {SyscallError} `ENOENT`; `EACCES`; `ENOTDIR`; `EBADF`.
   * @throws {TypeError} If the path has a NUL.
   * @throws {RangeError} If a number is not a 32-bit integer.
   */
  async statx(
    dirfd: number,
    path: string,
    flags: number = 0,
    options: OperationOptions = NO_OPTIONS,
  ): Promise<Stat> {
    const bits = toFlags(flags);
    const result = new DataView(new ArrayBuffer(STATX.size));
    await this._start(kinds.STAT, options, (operation) => {
      const opcode = io.IORING_OP_STATX;
      const entry = this.#prepareAt(opcode, dirfd, path, operation, result);
      entry.length = STATX_BASIC_STATS;
      entry.offset = addressOf(result);
      entry.opFlags = bits;
      return entry;
    });
    return decodeStatx(result);
  }
}
