import { errno, libc } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import {
  ELOOP,
  ENOENT,
  ENOTDIR,
  O_CLOEXEC,
  O_NOFOLLOW,
  O_PATH,
} from "../../../posix/mod.ts";
import type { RequestBase as Request } from "../../message/mod.ts";
import type { LockWaits } from "../locks/internal.ts";
import { Expected, type Keepable, type Retries } from "../source/internal.ts";
import type { AwaitedLock } from "./awaited_locks.ts";
import type { DescriptorShares } from "./descriptor_shares.ts";
import { openQuietly } from "./flags.ts";
import { procPath } from "./scratch_name.ts";
import type { FileId, Stat } from "./stat.ts";

/** A name that ends with a NUL byte. */
export type CName = Uint8Array<ArrayBuffer>;

/** Descriptors of the source's directories. */
interface Directories {
  /** Returns a descriptor, valid until the next call; `undefined` if gone. */
  fd(directory: MirrorEntry, depth?: number): number | undefined;
  /** Returns the descriptor of a directory that is open, wherever it is now. */
  cached(directory: MirrorEntry): number | undefined;
}

/** The part of a mirror's source that its files use. */
export interface MirrorSource {
  readonly stat: Stat;
  readonly directories: Directories;
  /** The number of descriptors that each user takes. */
  readonly shares: DescriptorShares;
  readonly retries: Retries<MirrorEntry>;
  /** The requests that wait for a lock, to detect deadlocks. */
  readonly waits: LockWaits;
  /** An extra flag for opening files: O_NOATIME, or 0. */
  readonly quiet: number;
  /** Whether a name is kept out of the mirror. */
  isHidden(directory: MirrorEntry, name: string): boolean;
  /** Whether any name of a directory is kept out of the mirror. */
  hidesIn(directory: MirrorEntry): boolean;
  /** Returns the owners of a lock that a process in the source waits for. */
  ownersOf(lock: AwaitedLock): bigint[];
}

/** A directory and a name at which a file was seen. */
interface Place {
  readonly parent: MirrorEntry;
  readonly cName: CName;
}

/**
 * Returns `undefined` for an error that says that a file is no longer at its
 * place.
 *
 * @throws {SyscallError} For every other error.
 */
export function throwUnlessLost(error: number, syscall: string): undefined {
  if (error === ENOENT || error === ENOTDIR || error === ELOOP) return;
  throw new SyscallError(syscall, error);
}

/**
 * A file of the source. It is found by a descriptor while it is open, else by
 * its name in a directory, or by one of several names if it has hard links. If
 * none of the names leads to the file any more, the answer is ESTALE, and the
 * kernel looks the name up again.
 */
export class MirrorEntry implements Keepable {
  protected readonly tree: MirrorSource;
  /** The identity of the file, independent of its names. */
  readonly id: FileId;
  /**
   * A permanent descriptor: of the root, of a node that was not found by a
   * name, and of each node if several Workers serve, since they do not share
   * names.
   */
  readonly #ownFd: number | undefined;
  /** The places where the file was seen, the latest first. */
  readonly #places: Place[] = [];
  /** Descriptors of open files: they stay usable when the name is gone. */
  #openFds: Set<number> | undefined;
  /** A descriptor that keeps a file usable without a name or an open file. */
  #pin: number | undefined;
  /** The requests that the file is kept for: see `Retries`. */
  #keptFor: Expected | undefined;
  /** Whether it was removed through the mount: requests then use no name. */
  #isRemoved = false;

  /** Makes the entry of a file. */
  constructor(tree: MirrorSource, id: FileId, ownFd?: number) {
    this.tree = tree;
    this.id = id;
    this.#ownFd = ownFd;
  }

  /** A descriptor of the file, if it is open. */
  get openFd(): number | undefined {
    const other = this.#ownFd ?? (this.#isRemoved ? this.#pin : undefined);
    if (this.#openFds === undefined) return other;
    const [fd = other] = this.#openFds;
    return fd;
  }

  /** Takes ownership of a descriptor of the file, until `close`. */
  keep(fd: number): void {
    // With a permanent descriptor, another Worker may close this one.
    if (this.#ownFd === undefined) (this.#openFds ??= new Set()).add(fd);
  }

  /** Closes a descriptor that was kept. */
  close(fd: number): void {
    this.#openFds?.delete(fd);
    libc().close(fd);
  }

  /** The descriptor that keeps the file usable without its name. */
  get keptFd(): number | undefined {
    return this.#pin;
  }

  /**
   * Returns a descriptor to serve a request with: that of an open file, or the
   * one that is kept for this request. The latter is returned only once, since
   * the next such request may be meant for another file that has the name.
   */
  takeFd(request: Request | undefined): number | undefined {
    const { openFd } = this;
    if (openFd !== undefined || this.#keptFor === undefined) return openFd;
    return this.#keptFor.take(request) ? this.#pin : undefined;
  }

  /** Keeps the file open with `fd` for the requests that follow a lookup. */
  keepFor(request: Request, fd: number): void {
    this.#setPin(fd);
    (this.#keptFor ??= new Expected()).add(request);
    this.tree.retries.keep(this);
  }

  /**
   * Keeps a directory that was removed through the mount until the kernel
   * forgets it, if the user may have one more descriptor; returns whether it
   * did.
   */
  keepRemoved(fd: number, uid: number): boolean {
    if (!this.tree.shares.has(uid)) return false;
    this.#setPin(fd);
    this.tree.shares.add(fd, uid);
    this.#isRemoved = true;
    return true;
  }

  letGo(): void {
    this.#keptFor = undefined;
    if (!this.#isRemoved) this.#setPin(undefined);
  }

  /** Releases the file, which the kernel has forgotten. */
  drop(): void {
    this.#setPin(undefined);
    this.tree.retries.forget(this);
  }

  #setPin(fd: number | undefined): void {
    if (this.#pin !== undefined) {
      this.tree.shares.drop(this.#pin);
      libc().close(this.#pin);
    }
    this.#pin = fd;
  }

  /** Records a place where the file was seen; copies the name. */
  sawAt(parent: MirrorEntry, cName: CName): void {
    if (this.#ownFd !== undefined && parent !== this) return;
    this.tree.retries.found(this);
    const known = this.#places.findIndex((place) =>
      place.parent === parent && isEqual(place.cName, cName)
    );
    if (known === 0) return;
    if (known > 0) this.#places.splice(known, 1);
    this.#places.unshift({
      parent,
      cName: cName.slice(0, cName.indexOf(0) + 1),
    });
  }

  /**
   * Calls `use` with each place where the file was seen, until a call returns a
   * result; removes the places for which it returns `undefined`.
   */
  search<T>(
    use: (dirFd: number, cName: CName) => T | undefined,
    depth = 0,
  ): T | undefined {
    for (;;) {
      const place = this.#places[0];
      if (place === undefined) return undefined;
      const fd = this.tree.directories.fd(place.parent, depth);
      const result = fd === undefined ? undefined : use(fd, place.cName);
      if (result !== undefined) return result;
      this.#places.shift();
    }
  }

  /**
   * Calls `use` with a place where the file is.
   *
   * @throws {SyscallError} ESTALE or ENOENT if there is none.
   */
  find<T>(
    request: Request | undefined,
    use: (dirFd: number, cName: CName) => T | undefined,
  ): T {
    const result = this.search(use);
    if (result === undefined) throw this.gone(request);
    return result;
  }

  /** Calls `use` with a descriptor of the file, perhaps an O_PATH one. */
  withFd<T>(request: Request | undefined, use: (fd: number) => T): T {
    const taken = this.takeFd(request);
    if (taken !== undefined) return use(taken);
    const fd = this.reopen(request, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    try {
      return use(fd);
    } finally {
      libc().close(fd);
    }
  }

  /**
   * Opens the file and leaves its metadata in `stat`.
   *
   * The file is opened by name, unless the request was made without one: then
   * an open file that has lost its names is opened through `/proc/self/fd`.
   */
  reopen(request: Request | undefined, flags: number): number {
    const { stat } = this.tree;
    if (this.#ownFd !== undefined) return this.#openAgain(this.#ownFd, flags);
    const kept = this.openFd === undefined ? this.takeFd(request) : undefined;
    if (kept !== undefined) return this.#openAgain(kept, flags);
    const found = this.search((dirFd, cName) => {
      const fd = openQuietly(
        flags,
        (flags) => libc().openat(dirFd, cName, flags, 0),
      );
      if (fd < 0) return throwUnlessLost(errno(), "openat");
      if (stat.of(fd) && stat.is(this.id)) return fd;
      libc().close(fd);
      return undefined;
    });
    if (found !== undefined) return found;
    const openFd = this.openFd ?? this.tree.directories.cached(this);
    if (openFd === undefined || !this.isMeant(request)) {
      throw this.gone(request);
    }
    return this.#openAgain(openFd, flags);
  }

  #openAgain(openFd: number, flags: number): number {
    const { stat } = this.tree;
    const fd = openQuietly(
      flags & ~O_NOFOLLOW,
      (flags) => libc().open(procPath(openFd), flags, 0),
    );
    if (fd < 0) throw new SyscallError("open", errno());
    stat.of(fd);
    return fd;
  }

  /** Whether the file is at a name; if so, leaves its metadata in `stat`. */
  isAt(dirFd: number, cName: CName): true | undefined {
    const { stat } = this.tree;
    if (!stat.at(dirFd, cName)) return throwUnlessLost(errno(), "statx");
    return stat.is(this.id) || undefined;
  }

  /** Leaves the file's metadata in `stat`. */
  refresh(request: Request | undefined): void {
    const fd = this.takeFd(request);
    if (fd === undefined) {
      this.find(request, (at, cName) => this.isAt(at, cName));
    } else if (!this.tree.stat.of(fd)) {
      throw new SyscallError("statx", errno());
    }
  }

  /** Whether a request means this file, not any file with its former name. */
  isMeant(request: Request | undefined): boolean {
    return this.#isRemoved || this.tree.retries.wasStale(this, request);
  }

  /** Returns the error for a file that has no name any more. */
  gone(request: Request | undefined): SyscallError {
    return this.tree.retries.gone(this, request);
  }
}

/** Whether two names are the same; any bytes may follow the second. */
function isEqual(a: CName, b: CName): boolean {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return false;
  }
  return true;
}
