import {
  cString,
  errno,
  libc,
  showState,
  toUnsigned,
} from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import type { OpenFlags } from "../posix/mod.ts";
import {
  close,
  EBADF,
  EINVAL,
  F_DUPFD_CLOEXEC,
  fcntl,
  O_CLOEXEC,
  O_RDONLY,
} from "../posix/mod.ts";
import type { BlockSeq } from "../usermem/safemem/mod.ts";
import { toFlags, toInt } from "./_arguments.ts";
import { readableOf, writableOf } from "./_streams.ts";
import { preadv2, pwritev2 } from "./preadv2.ts";

/** A descriptor, or an object that has one. */
export type FdSource =
  | number
  | { readonly fd: number }
  | typeof Deno.stdin
  | typeof Deno.stdout
  | typeof Deno.stderr;

/**
 * A file descriptor with an owner: it is closed once, at the end of a scope
 * that declares it with `using`, or by {@linkcode HostFd.close}.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { HostFd } from "@hostkit/hostkit/hostfd";
 *
 * using zeroes = HostFd.open("/dev/zero");
 * assert.equal(zeroes.readSync(new Uint8Array(8)), 8);
 * ```
 */
export class HostFd implements Disposable {
  static {
    showState(this, ({ fd }) => ({ fd }));
  }

  #fd: number;
  /** Aborts the streams' waits; created with the first stream. */
  #streams: AbortController | undefined;

  /**
   * Takes ownership of a descriptor.
   *
   * @param fd A descriptor that nothing else will close.
   * @throws {RangeError} If it is not a 32-bit integer, or negative.
   */
  constructor(fd: number) {
    if (toInt("fd", fd) < 0) {
      throw new RangeError(`Cannot own descriptor ${fd}`);
    }
    this.#fd = fd;
  }

  /**
   * `open(path, flags, mode)`: opens a file. See open(2).
   *
   * @param path The file.
   * @param flags An access mode and any of the `O_*` constants; `O_CLOEXEC` is
   * always set.
   * @param mode The permissions of a file that `O_CREAT` creates, less the
   * umask.
   * @throws {SyscallError} As open(2): `ENOENT`, `EACCES`, `EEXIST` and so on.
   * @throws {TypeError} If the path has a NUL.
   * @throws {RangeError} If a number is not a 32-bit integer.
   */
  static open(
    path: string,
    flags: OpenFlags = O_RDONLY,
    mode: number = 0o666,
  ): HostFd {
    return openFile(undefined, path, flags, mode);
  }

  /**
   * `openat(dirfd, path, flags, mode)`: opens a file by a path that starts in
   * this directory. See openat(2).
   *
   * @param path The file; an absolute path ignores the directory.
   * @param flags As of {@linkcode HostFd.open}.
   * @param mode As of {@linkcode HostFd.open}.
   * @throws {SyscallError} As open(2); `ENOTDIR` if this is not a directory;
   * `EBADF` once closed.
   * @throws {TypeError} If the path has a NUL.
   * @throws {RangeError} If a number is not a 32-bit integer.
   *
   * @example Usage
   * ```ts
   * import assert from "node:assert/strict";
   * import { HostFd } from "@hostkit/hostkit/hostfd";
   * import { O_DIRECTORY } from "@hostkit/hostkit/posix";
   *
   * using dev = HostFd.open("/dev", O_DIRECTORY);
   * using zeroes = dev.openat("zero");
   * assert.equal(zeroes.readSync(new Uint8Array(8)), 8);
   * ```
   */
  openat(
    path: string,
    flags: OpenFlags = O_RDONLY,
    mode: number = 0o666,
  ): HostFd {
    return openFile(this.#fd, path, flags, mode);
  }

  /**
   * Duplicates a descriptor that has another owner, and leaves the original
   * open.
   *
   * Sources are descriptors of `node:fs`, objects with an `fd` property, and
   * Deno's standard streams. Other resources of Deno do not reveal their
   * descriptors.
   *
   * @param source The descriptor, or the object that has it.
   * @throws {SyscallError} `EBADF` if it is not open; `EMFILE`.
   * @throws {TypeError} If the source does not reveal its descriptor.
   * @throws {RangeError} If it is not a 32-bit integer.
   *
   * @example Usage
   * ```ts
   * import assert from "node:assert/strict";
   * import { closeSync, openSync } from "node:fs";
   * import { HostFd } from "@hostkit/hostkit/hostfd";
   *
   * const theirs = openSync("/dev/zero", "r");
   * using mine = HostFd.from(theirs);
   * closeSync(theirs);
   * assert.equal(mine.readSync(new Uint8Array(8)), 8);
   *
   * using output = HostFd.from(Deno.stdout);
   * ```
   */
  static from(source: FdSource): HostFd {
    return new HostFd(fcntl(fdOf(source), F_DUPFD_CLOEXEC, 0));
  }

  /** The descriptor, still owned by this object; -1 once closed or released. */
  get fd(): number {
    return this.#fd;
  }

  /**
   * Returns another descriptor of the same open file; both share one position.
   *
   * @throws {SyscallError} `EBADF` once closed; `EMFILE`.
   *
   * @example Usage
   * ```ts
   * import assert from "node:assert/strict";
   * import { HostFd } from "@hostkit/hostkit/hostfd";
   *
   * using first = HostFd.open("/dev/zero");
   * using second = first.dup();
   * first.close();
   * assert.equal(second.readSync(new Uint8Array(8)), 8);
   * ```
   */
  dup(): HostFd {
    return HostFd.from(this);
  }

  /**
   * Reads from the file, as {@linkcode preadv2} does.
   *
   * @param dsts The memory to read into.
   * @param offset The offset to read at, in bytes, or -1 for the file's own
   * position.
   * @param flags Any of the `RWF_*` constants.
   * @returns The number of bytes read; `null` at the end.
   * @throws {SyscallError} As preadv2(2); `EBADF` once closed.
   */
  readSync(
    dsts: BlockSeq | Uint8Array,
    offset: number | bigint = -1,
    flags: number = 0,
  ): number | null {
    return preadv2(this.#fd, dsts, offset, flags);
  }

  /**
   * Writes to the file, as {@linkcode pwritev2} does.
   *
   * @param srcs The bytes to write.
   * @param offset The offset to write at, in bytes, or -1 for the file's own
   * position.
   * @param flags Any of the `RWF_*` constants.
   * @returns The number of bytes written, which may be fewer than there are.
   * @throws {SyscallError} As pwritev2(2); `EBADF` once closed.
   */
  writeSync(
    srcs: BlockSeq | Uint8Array,
    offset: number | bigint = -1,
    flags: number = 0,
  ): number {
    return pwritev2(this.#fd, srcs, offset, flags);
  }

  /**
   * A new stream that reads from the file's position on. Linux only.
   *
   * The stream waits for pipes, sockets and terminals on another thread, and
   * reads nothing before its consumer asks. The end of the stream does not
   * close the descriptor; closing the descriptor fails the stream.
   *
   * @throws {SyscallError} `EBADF` once closed.
   *
   * @example Usage
   * ```ts
   * import assert from "node:assert/strict";
   * import { HostFd } from "@hostkit/hostkit/hostfd";
   *
   * using file = HostFd.open("/proc/self/comm");
   * assert.match(await new Response(file.readable).text(), /\S/);
   * ```
   */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return readableOf(this.#fd, this.#streamSignal());
  }

  /**
   * A new stream that writes from the file's position on. Linux only.
   *
   * The stream waits for room as {@linkcode HostFd.readable} waits for bytes.
   * The end of the stream does not close the descriptor; closing the descriptor
   * fails the stream.
   *
   * @throws {SyscallError} `EBADF` once closed.
   *
   * @example Usage
   * ```ts
   * import assert from "node:assert/strict";
   * import { HostFd } from "@hostkit/hostkit/hostfd";
   * import { memfdCreate } from "@hostkit/hostkit/posix";
   *
   * using file = new HostFd(memfdCreate("scratch", 0));
   * await new Response("hello").body!.pipeTo(file.writable);
   * const bytes = new Uint8Array(9);
   * assert.equal(file.readSync(bytes, 0), 5);
   * ```
   */
  get writable(): WritableStream<Uint8Array> {
    return writableOf(this.#fd, this.#streamSignal());
  }

  #streamSignal(): AbortSignal {
    if (this.#fd < 0) throw new SyscallError("poll", EBADF);
    return (this.#streams ??= new AbortController()).signal;
  }

  /**
   * Gives up ownership of the descriptor; the caller must close it.
   *
   * @returns The descriptor; -1 once closed or released.
   */
  release(): number {
    const fd = this.#fd;
    this.#fd = -1;
    this.#streams?.abort(new SyscallError("poll", EBADF));
    return fd;
  }

  /**
   * Closes the descriptor. A second call is harmless.
   *
   * @throws {SyscallError} As close(2); the descriptor is gone all the same.
   */
  close(): void {
    const fd = this.release();
    if (fd >= 0) close(fd);
  }

  /** Calls {@linkcode HostFd.close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** Opens a path relative to a directory or to the current directory. */
function openFile(
  dirfd: number | undefined,
  path: string,
  flags: number,
  mode: number,
): HostFd {
  const syscall = dirfd === undefined ? "open" : "openat";
  // -1 is the value of an `O_*` constant that this platform lacks.
  if (flags === -1) throw new SyscallError(syscall, EINVAL, { path });
  const bits = toFlags(flags) | O_CLOEXEC;
  const name = cString(path);
  const permissions = toUnsigned("mode", mode);
  const fd = dirfd === undefined
    ? libc().open(name, bits, permissions)
    : libc().openat(dirfd, name, bits, permissions);
  if (fd < 0) throw new SyscallError(syscall, errno(), { path });
  return new HostFd(fd);
}

function fdOf(source: FdSource): number {
  if (typeof source === "number") return source;
  if ("fd" in source) return source.fd;
  const fd = [Deno.stdin, Deno.stdout, Deno.stderr].indexOf(
    source as typeof Deno.stdin,
  );
  if (fd < 0) throw new TypeError("Cannot tell the object's descriptor");
  return fd;
}
