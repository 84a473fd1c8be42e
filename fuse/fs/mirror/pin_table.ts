import { libc } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { ENFILE } from "../../../posix/mod.ts";
import { DescriptorShares, SHARES_SIZE } from "./descriptor_shares.ts";

/** The number of 32-bit words that identify a file. */
export const IDENTITY = 8;

// Indices of the table's header.
const LOCK = 0;
const ATTACHED = 1;
/** The first free slot that was used before, plus 1. */
const FREE = 2;
/** The number of slots that were ever used. */
const USED = 3;
const COUNT = 4;
/** The number of slots. */
const SLOTS = 5;
const HEAD = 8;

// Indices in a slot; the identity follows.
/** The next slot of the same bucket, or the next free slot, plus 1. */
const NEXT = 0;
const FD = 1;
const GENERATION = 2;
const LOOKUPS = 3;
const SLOT = 4 + IDENTITY;

// An id has the slot in its low bits, and the generation above.
const SLOT_BITS = 22;
const MAX_SLOTS = 1 << SLOT_BITS;
const MAX_GENERATION = 2 ** 30;

// The states of the lock.
const OPEN = 0;
const TAKEN = 1;
const AWAITED = 2;

/** Returns the memory of a table for `files` files. */
export function pinTable(files: number): SharedArrayBuffer {
  if (!(Number.isInteger(files) && files > 0 && files <= MAX_SLOTS)) {
    throw new RangeError(`Cannot make a table of ${files} files`);
  }
  const memory = new SharedArrayBuffer(sizeFor(files));
  new Int32Array(memory)[SLOTS] = files;
  return memory;
}

/** Returns the size in bytes of a table for `files` files. */
function sizeFor(files: number): number {
  return 4 * (HEAD + files + files * SLOT + SHARES_SIZE);
}

/** Whether `memory` is a table that `pinTable` made. */
function isTable(memory: unknown): boolean {
  return memory instanceof SharedArrayBuffer &&
    memory.byteLength >= 4 * HEAD &&
    memory.byteLength === sizeFor(new Int32Array(memory, 0, HEAD)[SLOTS]!);
}

/**
 * The files that the kernel knows of a mirror that several Workers serve. Each
 * file has a descriptor (O_PATH), an id that is never used again, and a lookup
 * count. The descriptors belong to the process, and the table lies in memory
 * that all Workers share, so every Worker can serve a file that another Worker
 * has looked up.
 */
export class PinTable {
  readonly #table: Int32Array<SharedArrayBuffer>;
  readonly #slots: number;
  /** The number of descriptors that each user takes. */
  readonly shares: DescriptorShares;
  /** The index of the first slot; as many buckets lie before the slots. */
  readonly #start: number;

  /**
   * Attaches to the memory that `pinTable` made.
   *
   * @throws {TypeError} If `memory` is something else.
   */
  constructor(memory: SharedArrayBuffer) {
    if (!isTable(memory)) {
      throw new TypeError("`shared` was not returned by MirrorFS.share()");
    }
    this.#table = new Int32Array(memory);
    this.#slots = this.#table[SLOTS]!;
    this.#start = HEAD + this.#slots;
    const end = this.#start + this.#slots * SLOT;
    this.shares = new DescriptorShares(this.#table.subarray(end));
    this.#locked(() => this.#table[ATTACHED]!++);
  }

  /** The number of files that the kernel knows. */
  get size(): number {
    return Atomics.load(this.#table, COUNT);
  }

  /** Adds 1 to a file's lookup count; returns its id, or 0 if it has none. */
  find(identity: Int32Array): number {
    return this.#locked(() => {
      const at = this.#search(identity);
      if (at === 0) return 0;
      this.#table[at + LOOKUPS]!++;
      return this.#idAt(at);
    });
  }

  /**
   * Adds a file with a lookup count of 1. If another Worker was faster, adds 1
   * to the count and closes the descriptor.
   *
   * @param uid The user who looked the file up.
   * @returns Its id.
   * @throws {SyscallError} ENFILE if the table is full.
   */
  add(identity: Int32Array, fd: number, uid = 0): number {
    const [id, isNew] = this.#locked((): [id: number, isNew: boolean] => {
      const table = this.#table;
      const known = this.#search(identity);
      if (known !== 0) {
        table[known + LOOKUPS]!++;
        return [this.#idAt(known), false];
      }
      const slot = this.#take();
      if (slot < 0) return [0, false];
      const at = this.#start + slot * SLOT;
      const bucket = this.#bucketOf(identity, 0);
      table[at + NEXT] = table[bucket]!;
      table[bucket] = slot + 1;
      table[at + FD] = fd;
      table[at + LOOKUPS] = 1;
      table.set(identity, at + SLOT - IDENTITY);
      table[COUNT]!++;
      return [this.#idAt(at), true];
    });
    if (isNew) this.shares.add(fd, uid);
    else libc().close(fd);
    if (id === 0) throw new SyscallError("openat", ENFILE);
    return id;
  }

  /** Returns the descriptor of a file; -1 if the id is no longer in use. */
  fdOf(id: number): number {
    const at = this.#at(id);
    if (at === undefined) return -1;
    return Atomics.load(this.#table, at + FD);
  }

  /** Subtracts `n` from a file's lookup count; closes its descriptor at 0. */
  forget(id: number, n: number): void {
    const fd = this.#locked(() => {
      const table = this.#table;
      const at = this.#at(id);
      if (at === undefined) return -1;
      return (table[at + LOOKUPS]! -= n) > 0 ? -1 : this.#free(at);
    });
    this.#close(fd);
  }

  /**
   * Detaches; the last Worker to do so closes all descriptors, and empties the
   * table for another mount.
   */
  close(): void {
    const fds = this.#locked(() => {
      const table = this.#table;
      if (--table[ATTACHED]! > 0) return [];
      return Array.from({ length: table[USED]! }, (_, slot) => {
        const at = this.#start + slot * SLOT;
        return table[at + FD]! < 0 ? -1 : this.#free(at);
      });
    });
    for (const fd of fds) this.#close(fd);
  }

  /** Frees a slot in use; returns the descriptor to close. */
  #free(at: number): number {
    const table = this.#table;
    const slot = (at - this.#start) / SLOT;
    let link = this.#bucketOf(table, at + SLOT - IDENTITY);
    while (table[link] !== slot + 1) {
      link = this.#start + (table[link]! - 1) * SLOT + NEXT;
    }
    table[link] = table[at + NEXT]!;
    Atomics.store(
      table,
      at + GENERATION,
      (table[at + GENERATION]! + 1) % MAX_GENERATION,
    );
    table[at + NEXT] = table[FREE]!;
    table[FREE] = slot + 1;
    table[COUNT]!--;
    const fd = table[at + FD]!;
    table[at + FD] = -1;
    return fd;
  }

  #close(fd: number): void {
    if (fd < 0) return;
    this.shares.drop(fd);
    libc().close(fd);
  }

  /** Returns the index of an id's slot; undefined if the id is not in use. */
  #at(id: number): number | undefined {
    const slot = id % MAX_SLOTS;
    if (slot >= Atomics.load(this.#table, USED)) return undefined;
    const at = this.#start + slot * SLOT;
    const generation = Atomics.load(this.#table, at + GENERATION) + 1;
    return generation === Math.floor(id / MAX_SLOTS) ? at : undefined;
  }

  #idAt(at: number): number {
    const slot = (at - this.#start) / SLOT;
    return (this.#table[at + GENERATION]! + 1) * MAX_SLOTS + slot;
  }

  #search(identity: Int32Array): number {
    const table = this.#table;
    let next = table[this.#bucketOf(identity, 0)]!;
    while (next > 0) {
      const at = this.#start + (next - 1) * SLOT;
      let i = 0;
      while (i < IDENTITY && table[at + SLOT - IDENTITY + i] === identity[i]) {
        i++;
      }
      if (i === IDENTITY) return at;
      next = table[at + NEXT]!;
    }
    return 0;
  }

  #bucketOf(numbers: Int32Array, start: number): number {
    let hash = 0;
    for (let i = 0; i < IDENTITY; i++) {
      hash = Math.imul(hash ^ numbers[start + i]!, 0x9e37_79b1);
      hash ^= hash >>> 15;
    }
    return HEAD + (hash >>> 0) % this.#slots;
  }

  /** Takes a free slot; returns -1 if there is none. */
  #take(): number {
    const table = this.#table;
    const free = table[FREE]!;
    if (free > 0) {
      table[FREE] = table[this.#start + (free - 1) * SLOT + NEXT]!;
      return free - 1;
    }
    return table[USED]! < this.#slots ? table[USED]!++ : -1;
  }

  /** Calls `action` while this Worker holds the table's lock. */
  #locked<T>(action: () => T): T {
    const table = this.#table;
    let state = Atomics.compareExchange(table, LOCK, OPEN, TAKEN);
    while (state !== OPEN) {
      if (
        state === AWAITED ||
        Atomics.compareExchange(table, LOCK, TAKEN, AWAITED) !== OPEN
      ) Atomics.wait(table, LOCK, AWAITED);
      state = Atomics.compareExchange(table, LOCK, OPEN, AWAITED);
    }
    try {
      return action();
    } finally {
      if (Atomics.exchange(table, LOCK, OPEN) === AWAITED) {
        Atomics.notify(table, LOCK, 1);
      }
    }
  }
}
