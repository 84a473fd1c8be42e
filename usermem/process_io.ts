import {
  badNumber,
  checkBytes,
  checkMethod,
  checkOptional,
  checkOptions,
  decodeBytes,
  libc,
  showState,
} from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { EBADF, ESRCH } from "../posix/mod.ts";
import {
  checkCount,
  type Memory,
  readMemory,
  writeMemory,
  zeroMemory,
} from "../posix/process_memory/internal.ts";
import { readRanges, writeRanges } from "./_batches.ts";
import { ForcedMemory } from "./_forced_memory.ts";
import { onForeignWord } from "./_foreign_word.ts";
import { ManyRanges } from "./_many_ranges.ts";
import { Pidfd } from "./_pidfd.ts";
import { readProcFile } from "./_proc_file.ts";
import { onProtectedWord } from "./_protected_word.ts";
import { WatchedVm } from "./_watched_vm.ts";
import { checkAccess, checkAllAccess, checkWord } from "./access_ok.ts";
import { type Addr, wrap } from "./addr.ts";
import { type AddrRangeSeq, checkRanges } from "./addr_range_seq.ts";
import { copyInBuffered, copyOutBuffered } from "./buffered.ts";
import type { IO, IOOpts } from "./io.ts";
import { type MemoryMapping, parseMaps } from "./memory_mapping.ts";
import {
  Block,
  compareAndSwapUint32,
  loadUint32,
  type Reader,
  swapUint32,
  type Writer,
} from "./safemem/mod.ts";

/** Closes the resources of an unreachable {@linkcode ProcessIO}. */
const dropped = new FinalizationRegistry<Pidfd | ManyRanges>((owned) =>
  owned.close()
);

/**
 * The memory of this process, or of another process to which ptrace(2) allows
 * this one to attach.
 *
 * No access can crash this process, with one exception that
 * {@linkcode ProcessIO.swapUint32} describes. Access to memory that is
 * unmapped, protected, or beyond the end of its file fails with `EFAULT`. If
 * the process may not be accessed, the error is `EPERM`, or `EACCES` with
 * `ignorePermissions`. If the process has exited, the error is `ESRCH`, even if
 * its PID has been reused.
 *
 * Linux only; another process requires pidfd_open(2) of Linux 5.3.
 *
 * @see {@link https://man7.org/linux/man-pages/man2/process_vm_readv.2.html | process_vm_readv(2)}
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * import { addressOf } from "@hostkit/hostkit/ffi";
 * import { ProcessIO } from "@hostkit/hostkit/usermem";
 *
 * using io = ProcessIO.self();
 * const secret = new Uint8Array([1, 2, 3, 4]);
 * const copy = new Uint8Array(4);
 * io.copyIn(addressOf(secret), copy);
 * assert.deepEqual(copy, secret);
 *
 * assert.throws(() => io.copyIn(0n, copy), { code: "EFAULT" });
 * ```
 */
export class ProcessIO implements IO, Disposable {
  static {
    showState(
      this,
      (io) => ({ pid: io.pid, isOpen: io.#memory !== undefined }),
    );
  }

  /** The process ID. */
  readonly pid: number;
  /** The other process; undefined for this process. */
  readonly #process: Pidfd | undefined;
  /** The access to the memory; undefined once closed. */
  #memory: Memory | undefined;
  /** The object to close. */
  readonly #owned: Pidfd | ManyRanges;

  private constructor(pid: number, process: Pidfd | undefined) {
    this.pid = pid;
    this.#process = process;
    if (process === undefined) {
      this.#memory = this.#owned = new ManyRanges();
    } else {
      this.#memory = new WatchedVm(pid, process);
      this.#owned = process;
    }
    dropped.register(this, this.#owned, this);
  }

  /**
   * Returns the memory of this process.
   *
   * If a sandbox denies process_vm_readv(2), a memfd is used instead.
   */
  static self(): ProcessIO {
    return new ProcessIO(libc().getpid(), undefined);
  }

  /**
   * Returns the memory of a process.
   *
   * @param pid The process ID; for that of this process, the result is the same
   * as of {@linkcode ProcessIO.self}.
   * @throws {SyscallError} `ESRCH` if there is no such process.
   * @throws {RangeError} If `pid` is not an integer from 1 to 2^31 - 1.
   */
  static of(pid: number): ProcessIO {
    if (!Number.isInteger(pid) || pid <= 0 || pid >= 2 ** 31) {
      throw badNumber("pid", pid, "an integer from 1 to 2^31 - 1");
    }
    return pid === libc().getpid()
      ? ProcessIO.self()
      : new ProcessIO(pid, new Pidfd(pid));
  }

  /** Copies `src` to the memory at `addr`; see {@linkcode IO.copyOut}. */
  copyOut(addr: Addr, src: Uint8Array, opts?: IOOpts): number {
    checkAccess("copyOut", addr, checkBytes("src", src).length);
    return writeMemory(this.#memoryOf(opts), addr, src);
  }

  /** Copies the memory at `addr` to `dst`; see {@linkcode IO.copyIn}. */
  copyIn(addr: Addr, dst: Uint8Array, opts?: IOOpts): number {
    checkAccess("copyIn", addr, checkBytes("dst", dst).length);
    return readMemory(this.#memoryOf(opts), addr, dst);
  }

  /** Sets `n` bytes at `addr` to zero; see {@linkcode IO.zeroOut}. */
  zeroOut(addr: Addr, n: number, opts?: IOOpts): number {
    checkCount(n);
    checkAccess("zeroOut", addr, n);
    return zeroMemory(this.#memoryOf(opts), addr, n);
  }

  /**
   * Copies the memory at `ars` to `dst`, with one system call for up to 1024
   * ranges; see {@linkcode copyInVec}.
   *
   * Eight or more small ranges of this process are read through a memfd, which
   * stays open until {@linkcode ProcessIO.close}. That way can read all memory
   * that the CPU can read, including a write-only page.
   */
  copyInVec(ars: AddrRangeSeq, dst: Uint8Array, opts?: IOOpts): number {
    checkRanges(ars);
    checkBytes("dst", dst);
    return readRanges(this.#memoryOf(opts), ars, dst);
  }

  /**
   * Copies `src` to the memory at `ars`, with one system call for up to 1024
   * ranges; see {@linkcode copyOutVec}, and {@linkcode ProcessIO.copyInVec} for
   * the memfd.
   */
  copyOutVec(ars: AddrRangeSeq, src: Uint8Array, opts?: IOOpts): number {
    checkRanges(ars);
    checkBytes("src", src);
    return writeRanges(this.#memoryOf(opts), ars, src);
  }

  /**
   * Copies from a Reader to the memory at `ars`; see
   * {@linkcode IO.copyOutFrom}. The Reader is not called if a range is not in
   * user space.
   */
  copyOutFrom(ars: AddrRangeSeq, src: Reader, opts?: IOOpts): number {
    checkAllAccess("copyOutFrom", ars);
    checkMethod("src", src, "readToBlocks");
    return copyOutBuffered(this, ars, src, checkOptional("opts", opts));
  }

  /**
   * Copies the memory at `ars` to a Writer; see {@linkcode IO.copyInTo}. The
   * Writer is not called if nothing can be read, or a range is not in user
   * space.
   */
  copyInTo(ars: AddrRangeSeq, dst: Writer, opts?: IOOpts): number {
    checkAllAccess("copyInTo", ars);
    checkMethod("dst", dst, "writeFromBlocks");
    return copyInBuffered(this, ars, dst, checkOptional("opts", opts));
  }

  /**
   * Sets the word at `addr`; see {@linkcode IO.swapUint32}.
   *
   * In this process, the kernel first checks whether the word can be written.
   * If another thread unmaps or protects the word between the check and the
   * write, the process is killed.
   *
   * With `ignorePermissions`, a protected word is written if mprotect(2) could
   * allow it. For a shared mapping, this uses a second mapping. For a private
   * mapping of this process, the page becomes writable for all of its threads
   * during the operation. A word in private memory of another process cannot be
   * set, whatever its protection.
   *
   * @throws {SyscallError} `EFAULT` if the word cannot be written or is not
   * aligned; `EOPNOTSUPP` if it is in private memory of another process, or
   * this process lacks CAP_CHECKPOINT_RESTORE.
   */
  swapUint32(addr: Addr, value: number, opts?: IOOpts): number {
    return this.#onWord(
      "swapUint32",
      addr,
      opts,
      (word) => swapUint32(word, value),
    );
  }

  /**
   * Sets the word at `addr` if it is `expected`; see
   * {@linkcode IO.compareAndSwapUint32} and {@linkcode ProcessIO.swapUint32}.
   */
  compareAndSwapUint32(
    addr: Addr,
    expected: number,
    value: number,
    opts?: IOOpts,
  ): number {
    return this.#onWord(
      "compareAndSwapUint32",
      addr,
      opts,
      (word) => compareAndSwapUint32(word, expected, value),
    );
  }

  /**
   * Returns the word at `addr`; see {@linkcode IO.loadUint32}.
   *
   * For another process, this copies four bytes, which is not atomic.
   */
  loadUint32(addr: Addr, opts?: IOOpts): number {
    checkWord("loadUint32", addr);
    checkOptional("opts", opts);
    if (this.#process === undefined && !opts?.ignorePermissions) {
      this.#open();
      return loadUint32(Block.at(wrap(addr), 4));
    }
    const word = new Uint32Array(1);
    this.copyIn(addr, new Uint8Array(word.buffer), opts);
    return word[0]!;
  }

  /**
   * Returns the process's mappings in order of their addresses, from
   * /proc/PID/maps. See proc_pid_maps(5).
   *
   * @param options With `residency`, each mapping also has the number of its
   * bytes in memory, which takes the kernel much longer.
   * @throws {SyscallError} `EACCES` if the process may not be accessed; `ESRCH`
   * if it has exited.
   */
  maps(options: { residency?: boolean } = {}): MemoryMapping[] {
    checkOptions("options", options);
    return parseMaps(this.#readProcFile(options.residency ? "smaps" : "maps"));
  }

  /**
   * Returns the arguments of the process's program, from its memory.
   *
   * @returns The arguments, beginning with the program's name; an empty array
   * for a kernel thread, or for a process that may not be accessed.
   * @throws {SyscallError} As {@linkcode ProcessIO.copyIn}.
   */
  args(): string[] {
    // arg_start of proc_pid_stat(5)
    return this.#strings(48);
  }

  /**
   * Returns the initial environment of the process's program, from its memory.
   *
   * @returns Strings such as `LANG=C`; an empty array for a kernel thread, or
   * for a process that may not be accessed.
   * @throws {SyscallError} As {@linkcode ProcessIO.copyIn}.
   */
  environ(): string[] {
    // env_start of proc_pid_stat(5)
    return this.#strings(50);
  }

  /** Releases the process; from then on, every access fails with `EBADF`. */
  close(): void {
    this.#memory = undefined;
    this.#owned.close();
    dropped.unregister(this);
  }

  /** Calls {@linkcode ProcessIO.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  #open(): Memory {
    if (this.#memory === undefined) throw new SyscallError("ProcessIO", EBADF);
    return this.#memory;
  }

  #memoryOf(opts: IOOpts | undefined): Memory {
    checkOptional("opts", opts);
    const memory = this.#open();
    return opts?.ignorePermissions
      ? new ForcedMemory(this.pid, this.#process)
      : memory;
  }

  /** Throws `ESRCH` if the process has exited, and its PID may be reused. */
  #checkAlive(): void {
    if (this.#process?.alive === false) {
      throw new SyscallError("ProcessIO", ESRCH);
    }
  }

  #onWord(
    call: string,
    addr: Addr,
    opts: IOOpts | undefined,
    operate: (word: Block) => number,
  ): number {
    checkWord(call, addr);
    checkOptional("opts", opts);
    this.#open();
    const at = wrap(addr);
    const force = opts?.ignorePermissions ?? false;
    if (this.#process === undefined) {
      return force
        ? onProtectedWord(call, at, operate)
        : operate(Block.at(at, 4));
    }
    const process = {
      pid: this.pid,
      read: (name: string) => this.#readProcFile(name),
    };
    return onForeignWord({ call, process, addr: at, force }, (word) => {
      this.#checkAlive();
      return operate(word);
    });
  }

  #readProcFile(name: string): string {
    this.#open();
    const text = readProcFile(
      this.#process === undefined ? "self" : this.pid,
      name,
    );
    this.#checkAlive();
    return text;
  }

  /**
   * Returns the strings in memory from the address in a field of /proc/PID/stat
   * to that in the next field.
   */
  #strings(field: number): string[] {
    const stat = this.#readProcFile("stat");
    // The program's name, in parentheses, may contain spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const start = BigInt(fields[field - 3]!);
    const end = BigInt(fields[field - 2]!);
    const bytes = new Uint8Array(Number(end - start));
    this.copyIn(start, bytes);
    const strings = decodeBytes(bytes).split("\0");
    if (strings.at(-1) === "") strings.pop();
    return strings;
  }
}
