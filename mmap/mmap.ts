import { errno, libc, linuxLibc } from "../ffi/libc.ts";
import { platform } from "../ffi/platform.ts";
import { addressOf } from "../ffi/runtime.ts";
import { showState } from "../ffi/show_state.ts";
import { SyscallError } from "../ffi/syscall_error.ts";
import { EINVAL } from "../posix/constants_errno.ts";
import {
  getpagesize,
  madvise,
  mlock,
  mprotect,
  msync,
  munlock,
} from "../posix/memory.ts";
import { hex } from "../posix/process_memory/errors.ts";
import { checkLength, pageStart, toPosition } from "./_arguments.ts";
import { anonymousPages, isSupported, memfdPages, openPages } from "./_open.ts";
import { Pages } from "./_pages.ts";
import { Range } from "./_range.ts";
import type { AdviseFlags, ProtFlags, SyncFlags } from "./flags.ts";
import type { MMapHandle } from "./handle.ts";
import { MappedPages } from "./mapped_pages.ts";
import type { AnonymousOptions, MemfdOptions, OpenOptions } from "./options.ts";

/** `MLOCK_ONFAULT` of mlock2(2). */
const MLOCK_ONFAULT = 1n;
/** The number of mlock2(2): asm/unistd.h. */
const MLOCK2 = { x86_64: 325n, aarch64: 284n };

/** Makes an MMap of pages just mapped, for the functions of this folder. */
export let wrap: (pages: Pages) => MMap;

/**
 * A mapped file, device or piece of memory, or a part of one.
 *
 * `bytes` are the mapped pages themselves. {@linkcode MMap.unmap} detaches every
 * view of them first, so that one that was kept has length 0 instead of ending
 * the process. A mapping that was dropped without it is unmapped some time after
 * the garbage collector found that nobody has it or a view of it: a net, which
 * a Worker that ends does not have, so use `using` or `unmap()`.
 *
 * Two things still end the process, and JavaScript cannot catch them. A touch
 * of a page that the file no longer reaches (SIGBUS): `probe`, `copyOut` and
 * `readSafe` report it instead. A touch that the protection forbids (SIGSEGV):
 * {@linkcode MMap.open} never makes such a mapping, but {@linkcode map} without
 * `PROT_WRITE` and {@linkcode MMap.protect} do.
 *
 * Await a native call that was given the bytes, such as a hash of `node:crypto`
 * or a read of a file, before you unmap them. Nothing can stop it: it goes on
 * with zeroed pages at the old address, so that what it reads is zeroes and what
 * it writes is lost; only while {@linkcode MMap.resize} moves a mapping is there a
 * moment without any pages. For this the address stays reserved until 256 newer
 * mappings, or mappings of 16 GiB, were unmapped.
 *
 * The memory may be moved, with `transfer()` or `postMessage()`, as long as the
 * MMap is held: then it is never unmapped under its new owner, and `unmap()`
 * refuses. {@linkcode MMap.toHandle} is the way to give a Worker the mapping.
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
    wrap = (pages) => new MMap(new Range(pages));
  }

  readonly #range: Range;

  private constructor(range: Range) {
    super(range);
    this.#range = range;
  }

  /**
   * Opens and maps a file.
   *
   * In the modes `"read"` and `"copy"`, stores stay in this process: no mode
   * makes a mapping in which a store ends it.
   *
   * @param path The file.
   * @param options How to map it; for reading, from its beginning to its end,
   * by default. An empty file gives an MMap of length 0.
   * @throws {SyscallError} `ENOENT`, `EACCES`, `EEXIST`, as open(2); `ENODEV` for
   * a directory, a pipe, a file of /proc, or a device mapped without a length;
   * `ENOMEM`.
   * @throws {RangeError} If the file has no such range.
   * @throws {TypeError} If a file is to be created or extended in another mode
   * than `"readwrite"`, or a URL is not that of a file of this machine.
   */
  static open(path: string | URL, options: OpenOptions = {}): MMap {
    return wrap(openPages(path, options));
  }

  /**
   * Maps zeroed memory that no file stands behind.
   *
   * @param length The length in bytes.
   * @throws {SyscallError} `ENOMEM`, also when the system's pool has too few huge
   * pages.
   */
  static anonymous(length: number, options: AnonymousOptions = {}): MMap {
    return wrap(anonymousPages(length, options));
  }

  /**
   * Makes and maps a file that lives in memory: memfd_create(2).
   *
   * Another process gets it through {@linkcode MMap.fd}, which is closed when a
   * new program is executed.
   *
   * @param name A name for `/proc/PID/maps`, of up to 249 bytes.
   * @param length The length in bytes.
   * @throws {SyscallError} `EBUSY` for `F_SEAL_WRITE`, as the mapping is
   * writable; `EINVAL`, `EMFILE`, `ENOMEM`.
   *
   * @example A size that nobody can change
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
    return wrap(memfdPages(name, length, options));
  }

  /**
   * Takes a mapping that another thread of this process gave up with
   * {@linkcode MMap.toHandle}.
   *
   * @throws {TypeError} If it was taken already.
   */
  static fromHandle(handle: MMapHandle): MMap {
    const { address, length, head, fd, taken } = handle;
    if (Atomics.exchange(new Int32Array(taken), 0, 1) !== 0) {
      throw new TypeError("Cannot take a mapping twice");
    }
    const request = { ...handle, address: null, ownsFd: fd >= 0 };
    return wrap(Pages.adopt(request, head, length, address));
  }

  /**
   * Returns whether the kernel knows an advice; whether it fits a mapping is
   * another question.
   *
   * @param advice One of the `MADV_*` constants.
   */
  static supported(advice: AdviseFlags): boolean {
    return isSupported(advice);
  }

  /** The address of the first byte; 0 once it is unmapped. */
  get address(): bigint {
    const { isMapped, pages, from } = this.#range;
    return isMapped ? pages.addressOf(from) : 0n;
  }

  /** The length in bytes; 0 once it is unmapped. */
  get length(): number {
    return this.#range.isMapped ? this.#range.length : 0;
  }

  /**
   * The file that the mapping keeps open, to be used but not closed; -1 unless
   * it came from {@linkcode MMap.memfd}, or {@linkcode MMap.open} in mode
   * `"readwrite"`, and is still mapped.
   */
  get fd(): number {
    return this.#range.pages.fd;
  }

  /**
   * Returns a part of the mapping, which it shares: every method of the part
   * works on its range of bytes.
   *
   * The positions are those of `Uint8Array`'s `subarray`: negative ones count
   * from the end, and what is too large means the end.
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
   * @throws {SyscallError} `EINVAL` if the range does not begin at a page, or the
   * advice is unknown or does not fit; `EACCES` for `MADV_REMOVE` on a private
   * mapping; `ENOMEM` if a part is unmapped; `EFAULT` for `MADV_POPULATE_READ` if
   * a page cannot be had.
   */
  advise(advice: AdviseFlags): void {
    const data = this.#range.view("madvise");
    if (data.length > 0) madvise(data, advice);
  }

  /**
   * `mincore(2)`: returns for each page whether it is in memory: in the page
   * cache, for a file.
   *
   * Of a file that this process could not write, Linux tells nothing since 5.2:
   * every page counts as in memory.
   *
   * @throws {SyscallError} `EINVAL` if the range does not begin at a page;
   * `ENOMEM` if a part is unmapped.
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
   * `mlock(2)`: brings the pages in and keeps them in memory.
   *
   * It copies the pages of a writable private mapping, as {@linkcode MMap.open}
   * makes without `"readwrite"`: protect such a one first.
   *
   * @param options With `onFault`, mlock2(2)'s `MLOCK_ONFAULT`: pages are kept
   * from their first touch on. Linux only.
   * @throws {SyscallError} `ENOMEM` beyond the limit RLIMIT_MEMLOCK, or if a part
   * is unmapped; `EPERM`, `EAGAIN`.
   */
  lock({ onFault = false }: { onFault?: boolean } = {}): void {
    const data = this.#range.view("mlock");
    if (data.length === 0) return;
    if (!onFault) return mlock(data);
    const address = addressOf(data);
    const number = MLOCK2[platform().arch];
    const length = BigInt(data.length);
    const { syscall } = linuxLibc();
    if (syscall(number, address, length, MLOCK_ONFAULT, 0n, 0n, 0n) < 0) {
      throw new SyscallError("mlock2", errno());
    }
  }

  /**
   * `munlock(2)`: lets the pages be swapped out again. Locks do not nest.
   *
   * @throws {SyscallError} `ENOMEM` if a part is unmapped.
   */
  unlock(): void {
    const data = this.#range.view("munlock");
    if (data.length > 0) munlock(data);
  }

  /**
   * `mprotect(2)`: changes what may be done with the pages.
   *
   * From then on, a touch that is not allowed ends the process: nothing can
   * guard a typed array without making it 500 times slower.
   *
   * @throws {SyscallError} `EACCES` if the file is not open for writing or a seal
   * forbids it; `EINVAL` for unknown bits, or if the range does not begin at a
   * page; `ENOMEM` if a part is unmapped.
   */
  protect(prot: ProtFlags): void {
    const data = this.#range.view("mprotect");
    if (data.length > 0) mprotect(data, prot);
  }

  /**
   * `msync(2)`: writes changes of a shared mapping back to the file.
   *
   * Other processes see changes at once; this is about the device. The event
   * loop is blocked meanwhile.
   *
   * @throws {SyscallError} `EINVAL` if the range does not begin at a page, or for
   * flags that do not go together; `EBUSY`, `EIO`; `ENOMEM` if a part is
   * unmapped.
   */
  sync(flags: SyncFlags): void {
    const data = this.#range.view("msync");
    if (data.length > 0) msync(data, flags);
  }

  /**
   * Changes the length: mremap(2), and ftruncate(2) where the file that the
   * mapping keeps open is too short. Linux only.
   *
   * Every view is detached, and the address may be another. Slices stay what
   * they are, as far as their bytes are still there.
   * The file is never cut; a mapping that keeps no file open can become longer
   * than its file, and a touch of pages beyond that ends the process.
   *
   * @param length The new length in bytes, above 0.
   * @throws {SyscallError} `EINVAL` for a slice, a length of 0 or of no whole
   * huge pages, or shared memory without a file, which cannot grow; `EFAULT` if
   * parts are protected differently; `ENOMEM`; `EPERM` if a seal forbids it.
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
    checkLength("length", length);
    const { pages, isWhole } = this.#range;
    if (length === 0 || !isWhole) {
      const hint = length === 0 ? "no bytes" : "a slice";
      throw new SyscallError("mremap", EINVAL, { hint });
    }
    pages.resize(pages.head + length);
    this.#range.length = length;
  }

  /**
   * Gives the mapping up to another thread of this process, which takes it with
   * {@linkcode MMap.fromHandle}. Here it is as unmapped.
   *
   * The handle must be taken exactly once: until then nobody unmaps the memory.
   *
   * @returns What to send with `postMessage`.
   * @throws {SyscallError} `EINVAL` for a slice, what is partly unmapped, or a
   * mapping whose memory was moved away.
   */
  toHandle(): MMapHandle {
    const { pages, isWhole } = this.#range;
    const { fd, head, length, request } = pages;
    if (!isWhole) {
      throw new SyscallError("MMap.toHandle", EINVAL, { hint: "a slice" });
    }
    const { offset, prot, flags } = request;
    const taken = new SharedArrayBuffer(4);
    const address = pages.surrender("MMap.toHandle");
    return { address, length, head, fd, offset, prot, flags, taken };
  }

  /**
   * `munmap(2)`: removes the mapping; of a slice, its pages. A second call is
   * harmless.
   *
   * First every view of the mapping is detached: its length is 0 from then on.
   * After the pages of a slice are gone, `bytes` of what is left are new views.
   * A shared mapping's changes reach the file, some time; see
   * {@linkcode MMap.sync}.
   *
   * @throws {SyscallError} `EINVAL` if the memory was moved to another buffer,
   * and stays mapped for it; for an empty slice, or one that does not begin at
   * a page.
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

  /** {@linkcode MMap.unmap}, by its name in Go; not unsafe here. */
  unsafeUnmap(): void {
    this.unmap();
  }

  /** Calls {@linkcode MMap.unmap}. */
  [Symbol.dispose](): void {
    this.unmap();
  }
}
