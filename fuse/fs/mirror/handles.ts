import {
  AT_EMPTY_PATH,
  cString,
  errno,
  libc,
  linuxLibc,
} from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import {
  ESTALE,
  O_CLOEXEC,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
} from "../../../posix/mod.ts";
import { procPath } from "./scratch_name.ts";
import type { FileId, FileKey } from "./stat.ts";

const EMPTY = cString("");
/** linux/exportfs.h */
const MAX_HANDLE_SZ = 128;
/** The size of `struct file_handle` before its bytes: length and type. */
const HEAD = 8;
const BYTES = new Uint8Array(new ArrayBuffer(HEAD + MAX_HANDLE_SZ));
const VIEW = new DataView(BYTES.buffer);
const MOUNT_ID = new Uint8Array(new ArrayBuffer(4));
const ROOT_ID = 1;

/** A file that was looked up, and that a client's file handle may name. */
export interface KnownFile {
  readonly id: number;
  /** A random number: no client can guess the handle of another file. */
  readonly generation: number;
  readonly file: FileId;
  /** The source's file handle; `undefined` if the source has no handles. */
  readonly handle: Uint8Array<ArrayBuffer> | undefined;
}

/**
 * The ids of a mirror whose file handles stay valid, each with the file handle
 * of the source's file system.
 */
export class MirrorHandles {
  readonly #byKey = new Map<FileKey, KnownFile>();
  readonly #byId = new Map<number, KnownFile>();
  /** A descriptor of the source, for open_by_handle_at(2). */
  readonly #fd: number;
  #lastId = ROOT_ID;

  /**
   * Starts without any file.
   *
   * @param rootFd The source, perhaps open with O_PATH.
   */
  constructor(rootFd: number) {
    const flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    this.#fd = libc().open(procPath(rootFd), flags, 0);
    if (this.#fd < 0) throw new SyscallError("open", errno());
  }

  /** Returns the record of a file. */
  of(file: FileId): KnownFile | undefined {
    const known = this.#byKey.get(file.key);
    return known !== undefined && isSame(known.file, file) ? known : undefined;
  }

  /** Adds a file that is open, perhaps with O_PATH. */
  add(file: FileId, fd: number): KnownFile {
    const former = this.#byKey.get(file.key);
    if (former !== undefined) this.drop(former.id);
    const [generation] = crypto.getRandomValues(new Uint32Array(1));
    const added: KnownFile = {
      id: ++this.#lastId,
      generation: generation!,
      file,
      // A file on another mount could not be opened by its handle.
      handle: typeof file.key === "number" ? handleOf(fd) : undefined,
    };
    this.#byKey.set(file.key, added);
    this.#byId.set(added.id, added);
    return added;
  }

  /** Returns the record of the file with an id. */
  byId(id: number): KnownFile | undefined {
    return this.#byId.get(id);
  }

  /**
   * Opens a file with O_PATH; returns `undefined` if it no longer exists.
   *
   * @throws {SyscallError} For another error, such as EMFILE.
   */
  open({ handle }: KnownFile): number | undefined {
    if (handle === undefined) return undefined;
    const flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
    const fd = linuxLibc().open_by_handle_at(this.#fd, handle, flags);
    if (fd >= 0) return fd;
    const error = errno();
    if (error === ESTALE) return undefined;
    throw new SyscallError("open_by_handle_at", error);
  }

  /** Removes the record of a file that no longer exists. */
  drop(id: number): void {
    const known = this.#byId.get(id);
    if (known === undefined) return;
    this.#byId.delete(id);
    const { key } = known.file;
    if (this.#byKey.get(key) === known) this.#byKey.delete(key);
  }

  /** Closes the descriptor of the source. */
  close(): void {
    libc().close(this.#fd);
  }
}

function handleOf(fd: number): Uint8Array<ArrayBuffer> | undefined {
  VIEW.setUint32(0, MAX_HANDLE_SZ, true);
  const { name_to_handle_at } = linuxLibc();
  if (name_to_handle_at(fd, EMPTY, BYTES, MOUNT_ID, AT_EMPTY_PATH) < 0) {
    return undefined;
  }
  return BYTES.slice(0, HEAD + VIEW.getUint32(0, true));
}

function isSame(a: FileId, b: FileId): boolean {
  return a.key === b.key && a.type === b.type && a.birthSec === b.birthSec &&
    a.birthNsec === b.birthNsec;
}
