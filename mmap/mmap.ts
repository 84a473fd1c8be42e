import {
  badType,
  checkCount,
  checkOptions,
  errno,
  libc,
  linuxLibc,
  platform,
  showState,
  toInt,
} from "../ffi/internal.ts";
import { addressOf, SyscallError } from "../ffi/mod.ts";
import {
  EINVAL,
  getpagesize,
  madvise,
  mlock,
  mprotect,
  msync,
  munlock,
} from "../posix/mod.ts";
import { hex } from "../posix/process_memory/internal.ts";
import { pageStart, toPosition } from "./_arguments.ts";
import { anonymousPages, isSupported, memfdPages, openPages } from "./_open.ts";
import { Pages } from "./_pages.ts";
import { Range } from "./_range.ts";
import type { AdviseFlags, ProtFlags, SyncFlags } from "./flags.ts";
import type { MMapHandle } from "./handle.ts";
import { MappedPages } from "./mapped_pages.ts";
import type { AnonymousOptions, MemfdOptions, OpenOptions } from "./options.ts";

/** `MLOCK_ONFAULT` of mlock2(2). */
const MLOCK_ONFAULT = 1n;
/** The system call number of mlock2(2), by CPU: asm/unistd.h. */
const SYS_MLOCK2 = { x86_64: 325n, aarch64: 284n };

/** Creates an MMap of newly mapped pages, for the functions of this folder. */
export let createMMap: (pages: Pages) => MMap;

/**
 * A mapped file, device or piece of memory, or a part of a mapping.
 *
 * `bytes` are the mapped pages themselves. {@linkcode MMap.unmap} detaches all
 * views of them first, so that a view still in use has length 0 instead of
 * crashing the process. As a fallback, a mapping is also unmapped after the
 * garbage collector finds that the `MMap` and all views of it are unreachable.
 * That does not happen in a Worker that ends, so use `using` or `unmap()`.
 *
 * Two kinds of access still kill the process, and JavaScript cannot catch them.
 * One is access to a page beyond the end of a truncated file (SIGBUS); `probe`,
 * `copyOut` and `readSafe` throw an error instead. The other is access that the
 * protection forbids (SIGSEGV). {@linkcode MMap.open} never makes such a
 * mapping, but {@linkcode map} without `PROT_WRITE` and
 * {@linkcode MMap.protect} do.
 *
 * Before you unmap the bytes, await every native call that uses them, such as a
 * hash of `node:crypto` or a read of a file. Nothing can stop such a call: it
 * continues on zeroed pages at the old address, reads zeros, and its writes are
 * lost. Only while {@linkcode MMap.resize} moves a mapping are there no pages
 * for a moment. For this purpose the address stays reserved until 256 newer
 * mappings, or mappings of 16 GiB, have been unmapped.
 *
 * The memory may be transferred with `transfer()` or `postMessage()` while the
 * MMap is in use: it then stays mapped for its new owner, and `unmap()` throws.
 * To give a Worker the mapping itself, use {@linkcode MMap.toHandle}.
 *
 * @example Edit a file in place
 * ```ts
 * import { MMap, MS_SYNC } from "@hostkit/hostkit/mmap";
 *
 * const path = `/tmp/example-${Deno.pid}`;
 * {
 *   using m = MMap.open(path, { mode: "readwrite", create: true, size: 4096 });
 *   m.bytes[0] = 42;
 *   m.sync(MS_SYNC);
 * }
 * {
 *   using m = MMap.open(path);
 *   console.assert(m.bytes[0] === 42);
 * }
 * Deno.removeSync(path);
 * ```
 */
export class MMap extends MappedPages implements Disposable {
  static {
    showState(
      this,
      ({ address, length, fd }) => ({ address: hex(address), length, fd }),
    );
    createMMap = (pages) => new MMap(new Range(pages));
  }

  readonly #range: Range;

  private constructor(range: Range) {
    super(range);
    this.#range = range;
  }

  /**
   * Opens and maps a file.
   *
   * In the modes `"read"` and `"copy"`, writes change only this process's copy
   * of a page. In no mode does a write to the mapping kill the process.
   *
   * @param path The path of the file.
   * @param options The part to map and the mode; by default, the whole file for
   * reading. For an empty file, the MMap has length 0.
   * @throws {SyscallError} `ENOENT`, `EACCES`, `EEXIST`, as open(2); `ENODEV`
   * for a directory, a pipe, a file of /proc, or a device mapped without a
   * length; `ENOMEM`.
   * @throws {RangeError} If the file does not contain the range.
   * @throws {TypeError} If a file is to be created or extended in a mode other
   * than `"readwrite"`, or a URL is not that of a local file.
   */
  static open(path: string | URL, options: OpenOptions = {}): MMap {
    return createMMap(openPages(path, checkOptions("options", options)));
  }

  /**
   * Maps zeroed anonymous memory.
   *
   * @param length The length in bytes.
   * @param options The sharing, page size and advice.
   * @throws {SyscallError} `ENOMEM`, also if the system's pool has too few huge
   * pages.
   */
  static anonymous(length: number, options: AnonymousOptions = {}): MMap {
    return createMMap(anonymousPages(length, checkOptions("options", options)));
  }

  /**
   * Creates a file in memory with memfd_create(2), and maps it.
   *
   * Another process can get the file through {@linkcode MMap.fd}, which is
   * closed on execve(2).
   *
   * @param name A name for `/proc/PID/maps`, of up to 249 bytes.
   * @param length The length in bytes.
   * @param options The seals, page size and advice.
   * @throws {SyscallError} `EBUSY` for `F_SEAL_WRITE`, since the mapping is
   * writable; `EINVAL`, `EMFILE`, `ENOMEM`.
   *
   * @example A size that no process can change
   * ```ts
   * import { MMap } from "@hostkit/hostkit/mmap";
   * import { F_SEAL_GROW, F_SEAL_SHRINK, getSeals } from "@hostkit/hostkit/posix";
   *
   * const seals = F_SEAL_GROW | F_SEAL_SHRINK;
   * using m = MMap.memfd("fixed", 4096, { seals });
   * console.assert(getSeals(m.fd) === seals);
   * ```
   */
  static memfd(
    name: string,
    length: number,
    options: MemfdOptions = {},
  ): MMap {
    return createMMap(
      memfdPages(name, length, checkOptions("options", options)),
    );
  }

  /**
   * Takes a mapping that another thread of this process gave up with
   * {@linkcode MMap.toHandle}.
   *
   * @param handle The handle that the other thread sent.
   * @throws {TypeError} If the mapping was taken already.
   */
  static fromHandle(handle: MMapHandle): MMap {
    const { address, length, head, fd, taken } = handle ?? {};
    if (!(taken instanceof SharedArrayBuffer)) {
      throw badType("handle", handle, "what toHandle() returned");
    }
    if (Atomics.exchange(new Int32Array(taken), 0, 1) !== 0) {
      throw new TypeError("Cannot take a mapping twice");
    }
    const request = { ...handle, address: null, ownsFd: fd >= 0 };
    return createMMap(Pages.adopt(request, head, length, address));
  }

  /**
   * Returns whether the kernel knows an advice, which may still not suit a
   * given mapping.
   *
   * @param advice One of the `MADV_*` constants.
   */
  static supported(advice: AdviseFlags): boolean {
    return isSupported(toInt("advice", advice));
  }

  /** The address of the first byte; 0 after unmapping. */
  get address(): bigint {
    const { isMapped, pages, from } = this.#range;
    return isMapped ? pages.addressOf(from) : 0n;
  }

  /** The length in bytes; 0 after unmapping. */
  get length(): number {
    return this.#range.isMapped ? this.#range.length : 0;
  }

  /**
   * The file descriptor that the mapping keeps open; do not close it. It is -1
   * after unmapping, and unless the mapping comes from {@linkcode MMap.memfd},
   * or from {@linkcode MMap.open} in mode `"readwrite"`.
   */
  get fd(): number {
    return this.#range.pages.fd;
  }

  /**
   * Returns a part of the mapping, which shares its memory: every method of the
   * part works on its range of bytes.
   *
   * The positions work as in `Uint8Array.prototype.subarray`: a negative
   * position counts from the end, and one that is too large means the end.
   */
  slice(start: number = 0, end: number = Infinity): MMap {
    const { pages, from, length } = this.#range;
    const first = toPosition(start, length);
    const last = Math.max(toPosition(end, length), first);
    return new MMap(new Range(pages, from + first, last - first));
  }

  /**
   * `madvise(2)`: tells the kernel how the range will be used.
   *
   * @throws {SyscallError} `EINVAL` if the range is not page aligned, or the
   * advice is unknown or does not suit the mapping; `EACCES` for `MADV_REMOVE`
   * on a private mapping; `ENOMEM` if a part is unmapped; `EFAULT` if
   * `MADV_POPULATE_READ` cannot populate a page.
   */
  advise(advice: AdviseFlags): void {
    const data = this.#range.view("madvise");
    if (data.length > 0) madvise(data, advice);
  }

  /**
   * `mincore(2)`: returns for each page whether it is in memory, which for a
   * file is the page cache.
   *
   * For a file that this process may not write, Linux since 5.2 reports every
   * page as in memory.
   *
   * @throws {SyscallError} `EINVAL` if the range is not page aligned; `ENOMEM`
   * if a part is unmapped.
   */
  isResident(): boolean[] {
    const data = this.#range.view("mincore");
    const pages = new Uint8Array(Math.ceil(data.length / getpagesize()));
    if (pages.length === 0) return [];
    if (libc().mincore(data, BigInt(data.length), pages) < 0) {
      throw new SyscallError("mincore", errno());
    }
    return Array.from(pages, (page) => (page & 1) !== 0);
  }

  /**
   * `mlock(2)`: populates the pages and locks them into memory.
   *
   * In a writable private mapping, as {@linkcode MMap.open} makes without
   * `"readwrite"`, the kernel copies every page; make such a mapping read-only
   * first with {@linkcode MMap.protect}.
   *
   * @param options With `onFault` (`MLOCK_ONFAULT` of mlock2(2)), each page is
   * locked when it is first accessed. Linux only.
   * @throws {SyscallError} `ENOMEM` if the limit RLIMIT_MEMLOCK is exceeded or
   * a part is unmapped; `EPERM`, `EAGAIN`.
   */
  lock(options: { onFault?: boolean } = {}): void {
    const { onFault = false } = checkOptions("options", options);
    const data = this.#range.view("mlock");
    if (data.length === 0) return;
    if (!onFault) return mlock(data);
    const address = addressOf(data);
    const number = SYS_MLOCK2[platform().arch];
    const length = BigInt(data.length);
    const { syscall } = linuxLibc();
    if (syscall(number, address, length, MLOCK_ONFAULT, 0n, 0n, 0n) < 0) {
      throw new SyscallError("mlock2", errno());
    }
  }

  /**
   * `munlock(2)`: unlocks the pages, so that they can be swapped out. Locks do
   * not nest.
   *
   * @throws {SyscallError} `ENOMEM` if a part is unmapped.
   */
  unlock(): void {
    const data = this.#range.view("munlock");
    if (data.length > 0) munlock(data);
  }

  /**
   * `mprotect(2)`: changes the protection of the pages.
   *
   * From then on, an access that is not allowed kills the process: to check
   * each access of a typed array would make it 500 times slower.
   *
   * @throws {SyscallError} `EACCES` if the file is not open for writing or a
   * seal forbids writing; `EINVAL` for unknown bits, or if the range is not
   * page aligned; `ENOMEM` if a part is unmapped.
   */
  protect(prot: ProtFlags): void {
    const data = this.#range.view("mprotect");
    if (data.length > 0) mprotect(data, prot);
  }

  /**
   * `msync(2)`: writes changes of a shared mapping back to the file.
   *
   * Other processes see changes immediately; msync(2) is for the storage
   * device. With `MS_SYNC` it blocks the event loop until the device has the
   * data.
   *
   * @throws {SyscallError} `EINVAL` if the range is not page aligned, or the
   * flags are incompatible; `EBUSY`, `EIO`; `ENOMEM` if a part is unmapped.
   */
  sync(flags: SyncFlags): void {
    const data = this.#range.view("msync");
    if (data.length > 0) msync(data, flags);
  }

  /**
   * Changes the length with mremap(2), and extends the file that the mapping
   * keeps open with ftruncate(2) if it is too short. Linux only.
   *
   * All views are detached, and the address may change. Slices stay valid as
   * far as their bytes are still mapped. The file is never truncated. A mapping
   * that keeps no file open can become longer than its file, and access to
   * pages beyond the end of the file kills the process.
   *
   * @param length The new length in bytes, above 0.
   * @throws {SyscallError} `EINVAL` for a slice, a length of 0, a length that
   * is not a multiple of the huge page size, or if anonymous shared memory is
   * to grow, which is impossible; `EFAULT` if parts have different protections;
   * `ENOMEM`; `EPERM` if a seal forbids the change.
   *
   * @example Append to a file
   * ```ts
   * import { MMap } from "@hostkit/hostkit/mmap";
   *
   * using m = MMap.memfd("log", 5);
   * m.resize(10_000);
   * m.bytes[9999] = 1;
   * console.assert(m.length === 10_000);
   * ```
   */
  resize(length: number): void {
    checkCount("length", length);
    const { pages, isWhole } = this.#range;
    if (length === 0 || !isWhole) {
      const hint = length === 0 ? "no bytes" : "a slice";
      throw new SyscallError("mremap", EINVAL, { hint });
    }
    pages.resize(pages.head + length);
    this.#range.length = length;
  }

  /**
   * Gives the mapping to another thread of this process, which takes it with
   * {@linkcode MMap.fromHandle}. In this thread it then counts as unmapped.
   *
   * The handle must be taken exactly once: until then the memory stays mapped.
   *
   * @returns The handle to send with `postMessage`.
   * @throws {SyscallError} `EINVAL` for a slice, or if the mapping is partly
   * unmapped or its memory was transferred.
   */
  toHandle(): MMapHandle {
    const { pages, isWhole } = this.#range;
    const { fd, head, length, request } = pages;
    if (!isWhole) {
      throw new SyscallError("MMap.toHandle", EINVAL, { hint: "a slice" });
    }
    const { offset, prot, flags } = request;
    const taken = new SharedArrayBuffer(4);
    const address = pages.handOver("MMap.toHandle");
    return { address, length, head, fd, offset, prot, flags, taken };
  }

  /**
   * `munmap(2)`: removes the mapping, or the pages of a slice. A second call is
   * harmless.
   *
   * All views of the mapping are detached first: their length becomes 0. After
   * a slice is unmapped, `bytes` of the remaining parts are new views. Changes
   * of a shared mapping reach the file eventually; see {@linkcode MMap.sync}.
   *
   * @throws {SyscallError} `EINVAL` for a slice that is empty or not page
   * aligned, or if the memory was transferred to another buffer, for which it
   * stays mapped.
   */
  unmap(): void {
    const { pages, isWhole, start, from, length } = this.#range;
    if (isWhole) return pages.close();
    if (pages.length === 0) return;
    if (length === 0 || start !== pageStart(start)) {
      const hint = length === 0 ? "no bytes" : "not page aligned";
      throw new SyscallError("munmap", EINVAL, { hint });
    }
    pages.release(start, from + length);
  }

  /** Calls {@linkcode MMap.unmap}; the name comes from gommap, but it is safe. */
  unsafeUnmap(): void {
    this.unmap();
  }

  /** Calls {@linkcode MMap.unmap}. */
  [Symbol.dispose](): void {
    this.unmap();
  }
}
