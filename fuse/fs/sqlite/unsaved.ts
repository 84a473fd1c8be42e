/**
 * The changes that could not be saved when a file system was unmounted.
 *
 * They are kept in a file beside the database. Its space is allocated before
 * changes are accepted, since none may be left when they have to be saved.
 *
 * @module
 */

import type * as v8 from "node:v8";
import { cString, errno, libc, linuxLibc } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { HostFd, RWF_DSYNC } from "../../../hostfd/mod.ts";
import {
  EINVAL,
  ENOENT,
  ENOSYS,
  EOPNOTSUPP,
  O_CREAT,
  O_NOFOLLOW,
  O_RDONLY,
  O_RDWR,
} from "../../../posix/mod.ts";
import type { Counters, SqliteDatabase, Store } from "./database.ts";

/** The suffix to the database's name. */
const SUFFIX = "-unsaved";
/** `hkfs-1`: the magic number of a file that has changes. */
const MAGIC = 0x686b66732d31n;
/** The size in bytes of the magic number and the length of the rest. */
const HEADER_SIZE = 16;
/** The step in bytes by which the allocated space grows. */
const STEP = 4 << 20;

/** A call of a method of {@linkcode Store}. */
type Call = [name: keyof Store, ...args: unknown[]];

/** The unsaved changes, and the counters before and after them. */
interface Changes {
  readonly before: Counters;
  readonly after: Counters;
  readonly calls: readonly Call[];
}

/** The file beside the database. */
export class Unsaved {
  readonly path: string;
  readonly #v8: typeof v8;
  #file: HostFd | undefined;
  /** The allocated space in bytes. */
  #room = 0;

  /** Returns the object for a database's path; creates no file yet. */
  static async beside(path: string): Promise<Unsaved> {
    return new Unsaved(path + SUFFIX, await import("node:v8"));
  }

  private constructor(path: string, v8Module: typeof v8) {
    this.path = path;
    this.#v8 = v8Module;
  }

  /**
   * Allocates space for `bytes` bytes.
   *
   * @throws {SyscallError} ENOSPC, EDQUOT and the like if there is no space.
   */
  reserve(bytes: number): void {
    if (bytes <= this.#room) return;
    const { path } = this;
    this.#file ??= HostFd.open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600);
    const size = BigInt(Math.ceil(bytes / STEP) * STEP);
    if (linuxLibc().fallocate(this.#file.fd, 0, 0n, size) < 0) {
      const error = errno();
      // A file system without fallocate(2) gets no such guarantee.
      if (error !== EOPNOTSUPP && error !== ENOSYS) {
        throw new SyscallError("fallocate", error, { path });
      }
    }
    this.#room = Number(size);
  }

  /**
   * Writes the changes that `save` makes to the file, for {@linkcode restore}.
   *
   * @param before The counters of the database.
   * @param after The counters after the changes.
   */
  keep(
    before: Counters,
    after: Counters,
    save: (store: Store) => void,
  ): void {
    const calls: Call[] = [];
    save(recorder(calls));
    const changes: Changes = { before, after, calls };
    const bytes = new Uint8Array(this.#v8.serialize(changes));
    this.reserve(HEADER_SIZE + bytes.length);
    this.#write(bytes, HEADER_SIZE);
    const header = new BigUint64Array([MAGIC, BigInt(bytes.length)]);
    this.#write(new Uint8Array(header.buffer), 0);
    this.#file!.close();
    this.#file = undefined;
  }

  /**
   * Applies the kept changes to a database, if there are any.
   *
   * @throws {SyscallError} EINVAL if they belong to another state of the
   * database.
   */
  restore(db: SqliteDatabase): void {
    const bytes = this.#read();
    if (bytes === undefined) return;
    const store: Store = db;
    const now = db.counters();
    const { before, after, calls }: Changes = this.#v8.deserialize(bytes);
    const isNow = (counters: Counters): boolean =>
      JSON.stringify(counters) === JSON.stringify(now);
    if (!isNow(before)) {
      // They were saved, but a crash kept the file from being removed.
      if (isNow(after)) return;
      throw new SyscallError("mount", EINVAL, {
        path: this.path,
        hint: "it has changes to another state of the database: move it away",
      });
    }
    for (const [name, ...args] of calls) {
      (store[name] as (...args: unknown[]) => void)(...args);
    }
  }

  /** Removes the file, once all changes are saved. */
  remove(): void {
    this.#file?.close();
    this.#file = undefined;
    this.#room = 0;
    if (libc().unlink(cString(this.path)) === 0) return;
    const error = errno();
    if (error === ENOENT) return;
    throw new SyscallError("unlink", error, { path: this.path });
  }

  /** Returns the kept changes, unless the file is missing or incomplete. */
  #read(): Uint8Array<ArrayBuffer> | undefined {
    let file: HostFd;
    try {
      file = HostFd.open(this.path, O_RDONLY | O_NOFOLLOW);
    } catch (error) {
      if ((error as SyscallError).errno === ENOENT) return undefined;
      throw error;
    }
    using _file = file;
    const header = new BigUint64Array(2);
    file.readSync(new Uint8Array(header.buffer), 0);
    if (header[0] !== MAGIC) return undefined;
    const bytes = new Uint8Array(Number(header[1]));
    for (let at = 0; at < bytes.length;) {
      const n = file.readSync(bytes.subarray(at), HEADER_SIZE + at);
      if (n === null) return undefined;
      at += n;
    }
    return bytes;
  }

  /** Writes all bytes durably. */
  #write(bytes: Uint8Array, position: number): void {
    for (let at = 0; at < bytes.length;) {
      const rest = bytes.subarray(at);
      at += this.#file!.writeSync(rest, position + at, RWF_DSYNC);
    }
  }
}

/** Returns a store that only records its calls. */
function recorder(calls: Call[]): Store {
  const note = (name: keyof Store) => (...args: unknown[]): void =>
    void calls.push([name, ...args]);
  return {
    deleteChunks: note("deleteChunks"),
    deleteEntry: note("deleteEntry"),
    deleteInode: note("deleteInode"),
    saveChunk: note("saveChunk"),
    saveCounters: note("saveCounters"),
    saveEntry: note("saveEntry"),
    saveInode: note("saveInode"),
    saveXattrs: note("saveXattrs"),
  };
}
