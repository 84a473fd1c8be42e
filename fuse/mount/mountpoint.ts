import {
  AT_FDCWD,
  cString,
  DIRENT64,
  errno,
  fromCString,
  libc,
  linuxLibc,
} from "../../ffi/internal.ts";
import { SyscallError } from "../../ffi/mod.ts";
import { HostFd } from "../../hostfd/mod.ts";
import {
  EBUSY,
  ENOTCONN,
  ENOTDIR,
  ENOTEMPTY,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
} from "../../posix/mod.ts";
import type { MountInfo } from "../conn/mod.ts";
import { isDead } from "./dead_mount.ts";
import { findMount } from "./mount_info.ts";

const PATH_MAX = 4096;
/** The room for `.`, `..` and at least one more name. */
const ENTRIES_SIZE = 1024;

/**
 * Throws if something is mounted on a path.
 *
 * @throws {SyscallError} EBUSY, or ENOTCONN if its server is gone.
 */
export async function refuseMounted(path: string): Promise<void> {
  const mount = findMount(path);
  if (mount === undefined) return;
  if (!await isDead(mount)) throw busy(mount);
  const { source, type } = mount;
  const hint = `the server of ${source} (${type}) is gone: unmount it`;
  throw new SyscallError("mount", ENOTCONN, { path, hint });
}

/** Returns the error for a mount point that is in use. */
export function busy({ mountpoint, source, type }: MountInfo): SyscallError {
  return new SyscallError("mount", EBUSY, {
    path: mountpoint,
    hint: `${source} (${type}) is mounted there`,
  });
}

/**
 * A directory to mount on, held by a descriptor: even if its path changes, this
 * same directory is checked and mounted on.
 */
export class Mountpoint implements Disposable {
  readonly #directory: HostFd;
  readonly #path: string;

  /**
   * Opens the directory of a path without symbolic links.
   *
   * @throws {SyscallError} ENOTDIR, ELOOP if the path has become a symbolic
   * link.
   */
  constructor(path: string) {
    this.#path = path;
    try {
      const flags = O_PATH | O_NOFOLLOW | O_DIRECTORY;
      this.#directory = HostFd.open(path, flags);
    } catch (error) {
      throw this.#refusal(error);
    }
  }

  /** A path through the descriptor, which works even if the directory moves. */
  get name(): string {
    return `/proc/self/fd/${this.#directory.fd}`;
  }

  /** The current path of the directory. */
  get path(): string {
    const path = new Uint8Array(new ArrayBuffer(PATH_MAX));
    const size = BigInt(PATH_MAX - 1);
    const n = libc().readlinkat(AT_FDCWD, cString(this.name), path, size);
    if (n < 0) throw new SyscallError("readlinkat", errno());
    return fromCString(path);
  }

  /**
   * Throws if mounting would hide something.
   *
   * @throws {SyscallError} ENOTEMPTY for a directory with entries.
   */
  refuseEntries(): void {
    const path = this.#path;
    try {
      using directory = this.#directory.openat(".", O_RDONLY | O_DIRECTORY);
      if (!hasEntries(directory.fd)) return;
    } catch (error) {
      throw this.#refusal(error);
    }
    const hint = "it has entries, which allowNonEmptyMount would hide";
    throw new SyscallError("mount", ENOTEMPTY, { path, hint });
  }

  #refusal(error: unknown): unknown {
    if (!(error instanceof SyscallError)) return error;
    const hint = error.errno === ENOTDIR ? "mount on a directory" : undefined;
    return new SyscallError("mount", error.errno, { path: this.#path, hint });
  }

  /** Closes the descriptor. */
  [Symbol.dispose](): void {
    this.#directory.close();
  }
}

/** Whether a directory has entries besides `.` and `..`. */
function hasEntries(fd: number): boolean {
  const entries = new Uint8Array(new ArrayBuffer(ENTRIES_SIZE));
  const { offset } = DIRENT64;
  const view = new DataView(entries.buffer);
  for (;;) {
    const n = linuxLibc().getdents64(fd, entries, BigInt(ENTRIES_SIZE));
    if (n < 0) throw new SyscallError("getdents64", errno());
    if (n === 0) return false;
    for (let at = 0; at < n; at += view.getUint16(at + offset.d_reclen, true)) {
      const name = fromCString(entries.subarray(at + offset.d_name, n));
      if (name !== "." && name !== "..") return true;
    }
  }
}
