import { STATFS } from "../../ffi/abi_linux.ts";
import { errno, linuxLibc } from "../../ffi/libc.ts";
import { SyscallError } from "../../ffi/syscall_error.ts";
import { getNumber64 } from "../_u64.ts";
import type { StatfsRequest, StatfsResponse } from "../session_requests.ts";
import { MirrorTree } from "./_mirror_tree.ts";
import type { FS, Node } from "./node.ts";

/** What a mirror shows. */
export interface MirrorOptions {
  /**
   * A path below the source that the mirror leaves out. Name the mount point
   * if it lies in the source: a mirror that looks into itself would wait for
   * its own answer.
   */
  exclude?: string;
}

/**
 * A directory of this machine, shown as it is: names, metadata, content,
 * links, extended attributes. Read-only: mount it with `readOnly`.
 *
 * Files are opened with this process's privileges, so the source's own rules
 * apply to the user who mounts. With `allowOther`, mount with
 * `defaultPermissions` too, or everybody gets this process's access.
 *
 * @example Usage
 * ```ts ignore
 * import { MirrorFS, mountFS } from "@hostkit/hostkit/fuse/fs";
 *
 * const fs = new MirrorFS("/usr/share");
 * await using session = await mountFS("/mnt/share", fs, {
 *   readOnly: true,
 * });
 * await session.closed;
 * ```
 */
export class MirrorFS implements FS {
  readonly #source: string;
  readonly #options: MirrorOptions;
  #tree: MirrorTree | undefined;

  /**
   * Makes the mirror of a directory, which is opened when it is mounted.
   *
   * @param source The directory.
   * @param options What to leave out.
   */
  constructor(source: string, options: MirrorOptions = {}) {
    this.#source = source;
    this.#options = options;
  }

  /**
   * Opens the source.
   *
   * @throws {SyscallError} ENOENT, ENOTDIR, EACCES for the source.
   */
  root(): Node {
    const { exclude } = this.#options;
    this.#tree?.close();
    this.#tree = new MirrorTree(this.#source, exclude);
    return this.#tree.root;
  }

  /** Fills in the figures of the file system that the source lies on. */
  statfs(_request: StatfsRequest, response: StatfsResponse): void {
    const { offset, size } = STATFS;
    const bytes = new Uint8Array(new ArrayBuffer(size));
    if (linuxLibc().fstatfs(this.#tree!.rootFd, bytes) < 0) {
      throw new SyscallError("fstatfs", errno());
    }
    const view = new DataView(bytes.buffer);
    response.blocks = getNumber64(view, offset.f_blocks);
    response.bfree = getNumber64(view, offset.f_bfree);
    response.bavail = getNumber64(view, offset.f_bavail);
    response.files = getNumber64(view, offset.f_files);
    response.ffree = getNumber64(view, offset.f_ffree);
    response.bsize = getNumber64(view, offset.f_bsize);
    response.namelen = getNumber64(view, offset.f_namelen);
    response.frsize = getNumber64(view, offset.f_frsize);
  }

  /** Closes the source. */
  destroy(): void {
    this.#tree?.close();
    this.#tree = undefined;
  }
}
