import { errno, libc } from "../../../ffi/internal.ts";
import {
  O_CLOEXEC,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_PATH,
} from "../../../posix/mod.ts";
import type { RequestBase as Request } from "../../message/mod.ts";
import { type MirrorEntry, throwUnlessLost } from "./entry.ts";
import type { Stat } from "./stat.ts";

/** The most parents to follow: moved directories could seem to form a ring. */
const MAX_DEPTH = 4096;

/**
 * Descriptors of the source's directories, the most recently used kept open.
 *
 * Every name is looked up relative to a descriptor of its directory, and no
 * step follows a symbolic link. So no lookup leaves the source, even while
 * other programs move files in it.
 */
export class MirrorDirectories {
  readonly #stat: Stat;
  /** The most directories to keep open. */
  readonly #most: number;
  /** The open directories, the least recently used first. */
  readonly #fds = new Map<MirrorEntry, number>();

  /** Starts with no open directory; keeps at most `most` of them. */
  constructor(stat: Stat, most: number) {
    this.#stat = stat;
    this.#most = most;
  }

  /**
   * Returns a descriptor of a directory, valid until the next call; `undefined`
   * if the directory is no longer where it was.
   */
  fd(node: MirrorEntry, depth = 0): number | undefined {
    if (node.openFd !== undefined) return node.openFd;
    const open = this.#fds.get(node);
    if (open !== undefined) {
      this.#fds.delete(node);
      this.#fds.set(node, open);
      return open;
    }
    if (depth > MAX_DEPTH) return undefined;
    const flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    const fd = node.search((dirFd, cName) => {
      const fd = libc().openat(dirFd, cName, flags, 0);
      if (fd < 0) return throwUnlessLost(errno(), "openat");
      if (this.#stat.of(fd) && this.#stat.is(node.id)) return fd;
      libc().close(fd);
      return undefined;
    }, depth + 1);
    if (fd === undefined) return node.keptFd;
    this.#fds.set(node, fd);
    if (this.#fds.size > this.#most) this.close(this.#fds.keys().next().value!);
    return fd;
  }

  /**
   * Returns descriptors of two directories, valid until the next call.
   *
   * @throws {SyscallError} ESTALE or ENOENT if either is no longer where it
   * was.
   */
  pair(
    a: MirrorEntry,
    b: MirrorEntry,
    request: Request,
  ): readonly [a: number, b: number] {
    this.fd(a);
    const bFd = this.fd(b);
    if (bFd === undefined) throw b.gone(request);
    const aFd = this.fd(a);
    // Opening many parents of one may have closed the other.
    if (aFd === undefined || this.fd(b) !== bFd) throw a.gone(request);
    return [aFd, bFd];
  }

  /** Returns the descriptor of a directory that is open, wherever it is now. */
  cached(node: MirrorEntry): number | undefined {
    return this.#fds.get(node);
  }

  /** Closes the descriptor of a directory, if it is open. */
  close(node: MirrorEntry): void {
    const fd = this.#fds.get(node);
    if (fd === undefined) return;
    this.#fds.delete(node);
    libc().close(fd);
  }

  /** Closes all descriptors. */
  closeAll(): void {
    for (const fd of this.#fds.values()) libc().close(fd);
    this.#fds.clear();
  }
}
