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

/** A name, ended by a NUL. */
export type CName = Uint8Array<ArrayBuffer>;

/** Descriptors of the source's directories. */
interface Directories {
  /** Returns one that is good until the next call; `undefined` if it is gone. */
  fd(directory: MirrorEntry, depth?: number): number | undefined;
  /** Returns one, wherever the directory is, if there is one. */
  cached(directory: MirrorEntry): number | undefined;
}

/** The source of a mirror, as a file of it sees it. */
export interface MirrorSource {
  readonly stat: Stat;
  readonly directories: Directories;
  /** Whose the descriptors of the process are. */
  readonly shares: DescriptorShares;
  readonly retries: Retries<MirrorEntry>;
  /** Who waits for a lock, so that no circle of them waits for ever. */
  readonly waits: LockWaits;
  /** What every file is opened with: O_NOATIME, or nothing. */
  readonly quiet: number;
  /** Whether a name is kept out of the mirror. */
  isHidden(directory: MirrorEntry, name: string): boolean;
  /** Whether any name of a directory is. */
  hidesIn(directory: MirrorEntry): boolean;
  /** Returns who has a lock for which somebody in the source waits. */
  ownersOf(lock: AwaitedLock): bigint[];
}

/** Where a file was seen. */
interface Place {
  readonly parent: MirrorEntry;
  readonly cName: CName;
}

/**
 * Returns `undefined` for an error that says that a file is not at its place
 * any more.
 *
 * @throws {SyscallError} For every other.
 */
export function isLost(error: number, syscall: string): undefined {
  if (error === ENOENT || error === ENOTDIR || error === ELOOP) return;
  throw new SyscallError(syscall, error);
}

/**
 * A file of the source, and how it is found: by a descriptor while it is open,
 * else by a name in a directory, by one of several if it has hard links. If
 * another file has them all now, the answer is ESTALE, and the kernel looks
 * the name up again.
 */
export class MirrorEntry implements Keepable {
  protected readonly tree: MirrorSource;
  /** What the file is, whatever its names. */
  readonly id: FileId;
  /**
   * A descriptor of the root; other nodes have one only where several Workers
   * serve, who could not tell each other of names.
   */
  readonly #ownFd: number | undefined;
  /** Where it was seen, the latest first. */
  readonly #places: Place[] = [];
  /** Descriptors of it: what it is, and names in it, outlive its own name. */
  #openFds: Set<number> | undefined;
  /** One of a file that nobody has open, but that is to outlive its name. */
  #pin: number | undefined;
  /** The requests for which it does: see `Retries`. */
  #keptFor: Expected | undefined;
  /** Whether it was removed here: whoever asks for it has no name in mind. */
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
    // Where it has one of its own, another Worker may close this one.
    if (this.#ownFd === undefined) (this.#openFds ??= new Set()).add(fd);
  }

  /** Closes a descriptor that was kept. */
  close(fd: number): void {
    this.#openFds?.delete(fd);
    libc().close(fd);
  }

  /** A descriptor of it that is kept, whatever has its name. */
  get keptFd(): number | undefined {
    return this.#pin;
  }

  /**
   * Returns a descriptor that is to serve a request: that of an open file, or
   * the one that is kept for it, which counts once, since the next such request
   * may mean what has the name.
   */
  takeFd(request: Request | undefined): number | undefined {
    const { openFd } = this;
    if (openFd !== undefined || this.#keptFor === undefined) return openFd;
    return this.#keptFor.take(request) ? this.#pin : undefined;
  }

  /** Keeps it, with a descriptor, for a request that is about to come. */
  keepFor(request: Request, fd: number): void {
    this.#setPin(fd);
    (this.#keptFor ??= new Expected()).add(request);
    this.tree.retries.keep(this);
  }

  /**
   * Keeps a directory that was removed here until the kernel forgets it, if the
   * user who removed it may have one more descriptor.
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

  /** Lets go of it for good: the kernel has forgotten it. */
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

  /** Notes where the file was seen; the name is copied. */
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
   * Does something at the places where the file was seen, until one of them
   * gives a result; those that give `undefined` are done with.
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
   * Does something at a place where the file is.
   *
   * @throws {SyscallError} ESTALE or ENOENT if it is nowhere.
   */
  find<T>(
    request: Request | undefined,
    use: (dirFd: number, cName: CName) => T | undefined,
  ): T {
    const result = this.search(use);
    if (result === undefined) throw this.gone(request);
    return result;
  }

  /** Lends a descriptor that stands for the file, perhaps for nothing else. */
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
   * Opens the file, whose metadata `stat` describes then.
   *
   * By name, unless it turned out that the caller does not mean a name: a file
   * that is open, and has lost its names, can be opened through `/proc`.
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
      if (fd < 0) return isLost(errno(), "openat");
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

  /** Whether the file has a name; if so, leaves its metadata in `stat`. */
  isAt(dirFd: number, cName: CName): true | undefined {
    const { stat } = this.tree;
    if (!stat.at(dirFd, cName)) return isLost(errno(), "statx");
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

  /** Whether a request means the file, and no name that has led to it. */
  isMeant(request: Request | undefined): boolean {
    return this.#isRemoved || this.tree.retries.wasStale(this, request);
  }

  /** The error for a file that is nowhere. */
  gone(request: Request | undefined): SyscallError {
    return this.tree.retries.gone(this, request);
  }
}

/** Whether two names are the same; the second may be followed by anything. */
function isEqual(a: CName, b: CName): boolean {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return false;
  }
  return true;
}
