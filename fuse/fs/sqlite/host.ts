import {
  AT_EACCESS,
  AT_FDCWD,
  cString,
  errno,
  libc,
  linuxLibc,
  STATFS,
} from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { ENOENT, O_CLOEXEC, O_RDONLY } from "../../../posix/mod.ts";
import { getNumber64 } from "../../abi/internal.ts";

/** `W_OK` of unistd.h. */
const W_OK = 2;

/**
 * The file system that a file lies on.
 *
 * The file itself is not opened, since closing any descriptor of it would drop
 * the locks that SQLite holds on it.
 */
export class Host implements Disposable {
  /** The file. */
  readonly path: string;
  readonly #fd: number;

  /**
   * Opens the directory of a file.
   *
   * @throws {SyscallError} ENOENT, ENOTDIR, EACCES for its directory.
   */
  constructor(path: string) {
    this.path = path;
    const directory = directoryOf(path);
    const flags = O_RDONLY | O_CLOEXEC;
    this.#fd = libc().open(cString(directory), flags, 0);
    if (this.#fd < 0) {
      throw new SyscallError("open", errno(), { path: directory });
    }
  }

  /** The number of free bytes on that file system. */
  get freeBytes(): number {
    const { offset, size } = STATFS;
    const bytes = new Uint8Array(new ArrayBuffer(size));
    if (linuxLibc().fstatfs(this.#fd, bytes) < 0) {
      throw new SyscallError("fstatfs", errno(), { path: this.path });
    }
    const view = new DataView(bytes.buffer);
    return getNumber64(view, offset.f_bavail) *
      getNumber64(view, offset.f_frsize);
  }

  [Symbol.dispose](): void {
    libc().close(this.#fd);
  }
}

/** Returns why a file cannot be written or created; 0 if it can be. */
export function accessErrno(path: string): number {
  const { faccessat } = linuxLibc();
  for (const name of [path, directoryOf(path)]) {
    if (faccessat(AT_FDCWD, cString(name), W_OK, AT_EACCESS) === 0) continue;
    const error = errno();
    if (error !== ENOENT) return error;
  }
  return 0;
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1) || (path && ".");
}
