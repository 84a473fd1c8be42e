import {
  checkChoice,
  checkMethod,
  checkOptional,
  checkOptions,
  checkText,
  showState,
} from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { EBUSY, ENOTDIR, S_IFDIR } from "../../../posix/mod.ts";
import type { StatfsRequest, StatfsResponse } from "../../message/mod.ts";
import type { MountOptions } from "../../mount/mod.ts";
import { andThen } from "../maybe_promise.ts";
import type { FS, MaybePromise, Node } from "../node.ts";
import type { ServeOptions } from "../server/mod.ts";
import { PathContext } from "./context.ts";
import type { PathOperations, PathStatfs } from "./operations.ts";
import { typeOf } from "./stat.ts";
import { PathTree } from "./tree.ts";

const NAME_MAX = 255;

/** The options of a {@linkcode PathFS}. */
export interface PathFSOptions {
  /**
   * The treatment of a file that is removed, or replaced, while it is open.
   * Default: `"hide"`: the file moves to a hidden name in the root, and is
   * removed when it is closed. That needs `rename` and `unlink`. `"handle"`:
   * the file is removed, and operations on its open files continue with
   * `context.handle` and the path `""`; `open` must return a handle. `open` may
   * then also be called without an open(2), for a file that a program is about
   * to use while another program replaces it.
   */
  unlinked?: "hide" | "handle";
  /** The default mount options: see {@linkcode PathFS.mountOptions}. */
  mountOptions?: MountOptions & ServeOptions;
}

/**
 * A file system made of operations by path, as with libfuse's high-level API or
 * its bindings to Node.
 *
 * It maps the kernel's nodes to paths. Paths stay valid while directories above
 * are renamed; a rename or removal waits for operations that use the path; hard
 * links are one file if `getattr` returns an inode number; and a removed file
 * stays usable for programs that have it open.
 *
 * @typeParam H The type of handle that `open` and `create` return.
 *
 * @example Usage
 * ```ts ignore
 * import { mountFS, PathFS } from "@hostkit/hostkit/fuse/fs";
 *
 * const notes = new Map([["/hello", new TextEncoder().encode("hello\n")]]);
 * const fs = new PathFS({
 *   getattr(path) {
 *     if (path === "/") return { mode: 0o40755 };
 *     const note = notes.get(path);
 *     return note && { mode: 0o100644, size: note.length };
 *   },
 *   readdir: () => notes.keys().map((path) => path.slice(1)),
 *   read(path, buffer, offset) {
 *     const part = notes.get(path)!.subarray(offset, offset + buffer.length);
 *     buffer.set(part);
 *     return part.length;
 *   },
 *   unlink: (path) => void notes.delete(path),
 * });
 * await using session = await mountFS("/mnt/notes", fs);
 * await session.closed;
 * ```
 */
export class PathFS<H = unknown> implements FS {
  static {
    showState(
      this,
      (fs) => ({ operations: fs.#operations, options: fs.#options }),
    );
  }

  readonly #operations: PathOperations<H>;
  readonly #options: PathFSOptions;
  #tree: PathTree<H> | undefined;
  #isMounted = false;

  /** Makes a file system from operations. */
  constructor(operations: PathOperations<H>, options: PathFSOptions = {}) {
    this.#operations = checkMethod("operations", operations, "getattr");
    this.#options = checkOptions("options", options);
    const { unlinked = "hide", mountOptions } = options;
    checkChoice("unlinked", unlinked, ["hide", "handle"]);
    checkOptional("mountOptions", mountOptions);
  }

  /**
   * The options to mount it with: the kernel checks permissions by mode and
   * owner, unless there is an operation `access`.
   */
  get mountOptions(): MountOptions & ServeOptions {
    return {
      defaultPermissions: this.#operations.access === undefined,
      ...this.#options.mountOptions,
    };
  }

  /**
   * Starts the operations and returns the root directory.
   *
   * @throws {SyscallError} EBUSY while it is mounted; ENOTDIR if `/` does not
   * exist or is no directory.
   */
  async root(): Promise<Node> {
    if (this.#isMounted) {
      throw new SyscallError("mount", EBUSY, {
        hint: "this PathFS is mounted: make another",
      });
    }
    this.#isMounted = true;
    try {
      await this.#operations.init?.();
      const context = new PathContext<H>(undefined);
      const stat = await this.#operations.getattr("/", context);
      if (stat === undefined || typeOf(stat) !== S_IFDIR) {
        throw new SyscallError("mount", ENOTDIR, { path: "/" });
      }
      const hides = this.#options.unlinked !== "handle";
      this.#tree = new PathTree(this.#operations, hides, stat);
      return this.#tree.root;
    } catch (error) {
      this.destroy();
      throw error;
    }
  }

  /**
   * Returns the node at a path, if the kernel knows it, for the methods of a
   * server that invalidate or notify.
   *
   * @param path A path as the operations get it.
   */
  nodeAt(path: string): Node | undefined {
    checkText("path", path);
    return this.#tree?.at(path);
  }

  /** Fills in size and free space. */
  statfs(
    request: StatfsRequest,
    response: StatfsResponse,
  ): MaybePromise<void> {
    const context = new PathContext<H>(request);
    const filled = this.#operations.statfs?.("/", context);
    return andThen(filled, (stat) => {
      if (stat !== undefined) fillStatfs(response, stat);
    });
  }

  /** Ends the operations. */
  destroy(): void {
    this.#tree = undefined;
    this.#isMounted = false;
    this.#operations.destroy?.();
  }
}

function fillStatfs(response: StatfsResponse, stat: PathStatfs): void {
  const { bsize = 0, frsize = bsize, namelen = NAME_MAX } = stat;
  response.bsize = Number(bsize);
  response.frsize = Number(frsize);
  response.namelen = Number(namelen);
  for (const name of ["blocks", "bfree", "bavail", "files", "ffree"] as const) {
    response[name] = Number(stat[name] ?? 0);
  }
}
