import {
  O_CLOEXEC,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_PATH,
} from "../../posix/constants_fcntl.ts";
import { errno, libc } from "../../ffi/libc.ts";
import { SyscallError } from "../../ffi/syscall_error.ts";
import { ESTALE } from "../../posix/constants_errno.ts";
import type { MirrorNode } from "./_mirror_node.ts";
import type { Stat } from "./_stat.ts";

/** How many directories are kept open. */
const MAX_OPEN = 512;
/** How far up one is looked for: directories moved about could form a ring. */
const MAX_DEPTH = 4096;

/**
 * Descriptors of the source's directories, the most recently used kept open.
 *
 * Every name is looked up in a descriptor of its directory, and no step
 * follows a symbolic link, so nothing reaches outside of the source, whoever
 * moves things in it meanwhile.
 */
export class MirrorDirectories {
  readonly #rootFd: number;
  readonly #stat: Stat;
  readonly #device: number;
  /** The least recently used first. */
  readonly #fds = new Map<MirrorNode, number>();

  /** Starts from a descriptor of the root, which it owns. */
  constructor(rootFd: number, stat: Stat, device: number) {
    this.#rootFd = rootFd;
    this.#stat = stat;
    this.#device = device;
  }

  /**
   * Returns a descriptor of a directory, good until the next call.
   *
   * @throws {SyscallError} ESTALE if it is no longer where it was.
   */
  fd(node: MirrorNode, depth = 0): number {
    const { parent } = node;
    if (parent === undefined) return this.#rootFd;
    const open = this.#fds.get(node);
    if (open !== undefined) {
      this.#fds.delete(node);
      this.#fds.set(node, open);
      return open;
    }
    if (depth > MAX_DEPTH) throw new SyscallError("openat", ESTALE);
    const parentFd = this.fd(parent, depth + 1);
    const flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    const fd = libc().openat(parentFd, node.cName, flags, 0);
    if (fd < 0) throw new SyscallError("openat", errno());
    if (!this.#stat.fstat(fd) || this.#stat.key(this.#device) !== node.key) {
      libc().close(fd);
      throw new SyscallError("openat", ESTALE);
    }
    this.#fds.set(node, fd);
    if (this.#fds.size > MAX_OPEN) this.close(this.#fds.keys().next().value!);
    return fd;
  }

  /** Closes the descriptor of a directory, if it is open. */
  close(node: MirrorNode): void {
    const fd = this.#fds.get(node);
    if (fd === undefined) return;
    this.#fds.delete(node);
    libc().close(fd);
  }

  /** Closes all. */
  closeAll(): void {
    for (const fd of this.#fds.values()) libc().close(fd);
    this.#fds.clear();
    libc().close(this.#rootFd);
  }
}
