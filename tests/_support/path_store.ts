/**
 * A small file system by paths, in memory, as somebody would write who comes
 * from libfuse: names in a map, files opened by number or not at all.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { decodeBytes, encodeBytes } from "../../ffi/c_string.ts";
import { SyscallError } from "../../ffi/mod.ts";
import {
  EEXIST,
  EFBIG,
  ENODATA,
  ENOENT,
  ENOTEMPTY,
} from "../../posix/constants_errno.ts";
import { S_IFDIR, S_IFLNK } from "../../posix/constants_stat.ts";
import { RENAME_EXCHANGE } from "../../fuse/mod.ts";
import type { PathContext, PathOperations } from "../../fuse/fs/mod.ts";

/** How large a file can be. */
const MOST_BYTES = 2 ** 32;

/** What has a path in the store. */
export interface StoredFile {
  mode: number;
  bytes: Uint8Array;
  uid: number;
  gid: number;
  nlink: number;
  ino: bigint;
  mtimeNs: bigint;
  atimeNs: bigint;
  xattrs: Map<string, Uint8Array>;
}

/** How a store behaves. */
export interface PathStoreOptions {
  /** Whether `getattr` gives inode numbers. Default: true. */
  numbers?: boolean;
  /** Whether `open` gives a handle, the file itself. Default: false. */
  handles?: boolean;
}

/** Every operation by path, over a map. */
export class PathStore implements PathOperations<StoredFile | undefined> {
  readonly files: Map<string, StoredFile> = new Map();
  readonly renameFlags: number = RENAME_EXCHANGE;
  /** Each call, as `name path…`. */
  readonly calls: string[] = [];
  readonly #options: PathStoreOptions;
  #lastInode = 1n;

  constructor(options: PathStoreOptions = {}) {
    this.#options = options;
    this.files.set("/", this.#new(S_IFDIR | 0o755));
  }

  #new(mode: number): StoredFile {
    return {
      mode,
      bytes: new Uint8Array(0),
      uid: 0,
      gid: 0,
      nlink: 1,
      ino: ++this.#lastInode,
      mtimeNs: 0n,
      atimeNs: 0n,
      xattrs: new Map(),
    };
  }

  /** Returns what is meant. */
  #get(path: string, context?: PathContext<StoredFile | undefined>) {
    const file = context?.handle ?? this.files.get(path);
    if (file === undefined) throw new SyscallError("lookup", ENOENT, { path });
    return file;
  }

  #add(path: string, mode: number): StoredFile {
    if (this.files.has(path)) throw new SyscallError("open", EEXIST);
    const file = this.#new(mode);
    this.files.set(path, file);
    return file;
  }

  /** Returns the content at a path as text. */
  text(path: string): string {
    return new TextDecoder().decode(this.#get(path).bytes);
  }

  /** Returns the paths, but for the root. */
  get paths(): string[] {
    return [...this.files.keys()].filter((path) => path !== "/").sort();
  }

  getattr(path: string, context: PathContext<StoredFile | undefined>) {
    this.calls.push(`getattr ${path}`);
    const file = context.handle ?? this.files.get(path);
    if (file === undefined) return undefined;
    const { numbers = true } = this.#options;
    const { bytes: { length: size }, ino, xattrs: _, ...rest } = file;
    return { ...rest, size, ...numbers ? { ino } : {} };
  }

  readdir(path: string): string[] {
    const prefix = path === "/" ? "/" : `${path}/`;
    return this.paths.filter((it) => it.startsWith(prefix))
      .map((it) => it.slice(prefix.length))
      .filter((name) => !name.includes("/"));
  }

  readlink(path: string): string {
    return decodeBytes(this.#get(path).bytes);
  }

  mknod(path: string, mode: number): void {
    this.#add(path, mode);
  }

  mkdir(path: string, mode: number): void {
    this.#add(path, S_IFDIR | mode);
  }

  symlink(target: string, path: string): void {
    const link = this.#add(path, S_IFLNK | 0o777);
    link.bytes = encodeBytes(target);
  }

  link(existing: string, path: string): void {
    const file = this.#get(existing);
    file.nlink++;
    this.files.set(path, file);
  }

  unlink(path: string): void {
    this.calls.push(`unlink ${path}`);
    this.#get(path).nlink--;
    this.files.delete(path);
  }

  rmdir(path: string): void {
    if (this.readdir(path).length > 0) {
      throw new SyscallError("rmdir", ENOTEMPTY);
    }
    this.files.delete(path);
  }

  rename(from: string, to: string, flags: number): void {
    this.calls.push(`rename ${from} ${to}`);
    this.#get(from);
    const exchanges = (flags & RENAME_EXCHANGE) !== 0;
    if (!exchanges && this.files.has(to) && this.readdir(to).length > 0) {
      throw new SyscallError("rename", ENOTEMPTY);
    }
    const [ours, theirs] = [this.#take(from), this.#take(to)];
    for (const [path, file] of ours) {
      this.files.set(to + path.slice(from.length), file);
    }
    for (const [path, file] of theirs) {
      if (exchanges) this.files.set(from + path.slice(to.length), file);
      else file.nlink--;
    }
  }

  /** Takes a path out, with what is below. */
  #take(path: string): Map<string, StoredFile> {
    const taken = this.files.entries().filter(([it]) =>
      it === path || it.startsWith(`${path}/`)
    ).toArray();
    for (const [it] of taken) this.files.delete(it);
    return new Map(taken);
  }

  chmod(path: string, mode: number, context: PathContext<StoredFile>): void {
    this.calls.push(`chmod ${path} ${mode.toString(8)}`);
    const file = this.#get(path, context);
    file.mode = file.mode & ~0o7777 | mode;
  }

  chown(
    path: string,
    uid: number | undefined,
    gid: number | undefined,
    context: PathContext<StoredFile>,
  ): void {
    this.calls.push(`chown ${path} ${uid} ${gid}`);
    const file = this.#get(path, context);
    file.uid = uid ?? file.uid;
    file.gid = gid ?? file.gid;
  }

  utimens(
    path: string,
    atimeNs: bigint | undefined,
    mtimeNs: bigint | undefined,
    context: PathContext<StoredFile>,
  ): void {
    this.calls.push(
      `utimens ${path} ${atimeNs !== undefined} ${mtimeNs !== undefined}`,
    );
    const file = this.#get(path, context);
    file.atimeNs = atimeNs ?? file.atimeNs;
    file.mtimeNs = mtimeNs ?? file.mtimeNs;
  }

  truncate(path: string, size: number, context: PathContext<StoredFile>): void {
    this.calls.push(`truncate ${path} ${size}`);
    const file = this.#get(path, context);
    if (size > MOST_BYTES) throw new SyscallError("truncate", EFBIG, { path });
    const bytes = new Uint8Array(size);
    bytes.set(file.bytes.subarray(0, size));
    file.bytes = bytes;
  }

  open(path: string): StoredFile | undefined {
    this.calls.push(`open ${path}`);
    const file = this.#get(path);
    return this.#options.handles ? file : undefined;
  }

  read(
    path: string,
    buffer: Uint8Array,
    offset: number,
    context: PathContext<StoredFile>,
  ): number {
    const { bytes } = this.#get(path, context);
    const part = bytes.subarray(offset, offset + buffer.length);
    buffer.set(part);
    return part.length;
  }

  write(
    path: string,
    data: Uint8Array,
    offset: number,
    context: PathContext<StoredFile>,
  ): void {
    this.calls.push(`write ${path}`);
    const file = this.#get(path, context);
    const end = offset + data.length;
    if (end > file.bytes.length) this.truncate(path, end, context);
    file.bytes.set(data, offset);
  }

  release(path: string): void {
    this.calls.push(`release ${path}`);
  }

  statfs() {
    return { bsize: 4096, blocks: 100, bfree: 50, bavail: 40, files: 7 };
  }

  getxattr(path: string, name: string): Uint8Array | undefined {
    return this.#get(path).xattrs.get(name);
  }

  listxattr(path: string): Iterable<string> {
    return this.#get(path).xattrs.keys();
  }

  setxattr(path: string, name: string, value: Uint8Array): void {
    this.#get(path).xattrs.set(name, value.slice());
  }

  removexattr(path: string, name: string): void {
    if (!this.#get(path).xattrs.delete(name)) {
      throw new SyscallError("removexattr", ENODATA);
    }
  }
}

/** Returns the same operations, answering in a later turn of the event loop. */
export function laterOperations<H>(
  operations: PathOperations<H>,
): PathOperations<H> {
  return new Proxy(operations, {
    get(target, key): unknown {
      const member: unknown = Reflect.get(target, key);
      if (typeof member !== "function" || key === "destroy") return member;
      return async (...args: unknown[]) => {
        await new Promise((resolve) => setImmediate(resolve));
        return member.apply(target, args);
      };
    },
  });
}
