import {
  checkFunction,
  checkNumber,
  checkOptions,
  checkText,
  showState,
} from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { EBUSY, EINVAL } from "../../../posix/mod.ts";
import type { MountInfo } from "../../conn/mod.ts";
import type {
  StatfsRequest,
  StatfsResponse,
  SyncfsRequest,
} from "../../message/mod.ts";
import { atimeMode, refuseServed } from "../../mount/internal.ts";
import type { MountOptions } from "../../mount/mod.ts";
import type { FS, Node } from "../node.ts";
import {
  checkLimit,
  fillStatfs,
  type Limits,
  limitsOf,
  mountOptionsFor,
  PosixDirectory,
  type PosixVolume,
  rootOwnership,
} from "../posix/internal.ts";
import { LastingIds } from "../posix/mod.ts";
import type { ServeOptions } from "../server/mod.ts";
import { SqliteDatabase } from "./database.ts";
import { Host } from "./host.ts";
import { DAMAGED, openDatabase, ROOT } from "./schema.ts";
import { Unsaved } from "./unsaved.ts";
import { SqliteVolume, type VolumeOptions } from "./volume.ts";

const DEFAULT_INODES = 2 ** 32;
const DEFAULT_COMMIT_MS = 1000;
const DEFAULT_BUSY_MS = 3000;
/** How long to wait between two tries to open a file in use. */
const PAUSE_MS = 20;

/** How large a {@linkcode SqliteFS} may grow, and how a new one begins. */
export interface SqliteFSOptions {
  /**
   * The most bytes that files, long targets of symbolic links and extended
   * attributes may take, in pages of 4096; more is ENOSPC.
   * Default: what is free where the database lies.
   */
  size?: number;
  /**
   * The most files, directories and so on, each further name of a file counted
   * as one. Default: 2^32.
   */
  inodes?: number;
  /** The most names of one file; more is EMLINK. Default: 2^31 - 1. */
  links?: number;
  /** The permissions of the root of a new file system. Default: `0o755`. */
  mode?: number;
  /** The owner of the root of a new file system. Default: this process's. */
  uid?: number;
  /** The group of the root of a new file system. Default: this process's. */
  gid?: number;
  /**
   * Answer locks here, with `lockingPosix` and `lockingFlock`, instead of
   * leaving them to the kernel, which does the same faster. Default: false.
   */
  locks?: boolean;
  /**
   * Do not note when something was read. Default: false, as `relatime` of
   * mount(8) does.
   */
  noAtime?: boolean;
  /**
   * For how long a change may wait before it is on disk if nobody asks for it,
   * in milliseconds; more than 24 days are 24 days. Default: 1000.
   */
  commitMs?: number;
  /**
   * For how long to wait while the file is in use, in milliseconds: a server
   * whose file system has just been unmounted may still be storing. 0 is not
   * to wait. Default: 3000.
   */
  busyMs?: number;
  /**
   * Called with what nobody asks for, but somebody should know: that changes
   * could not be stored in time, or that the file is waited for. Default: prints
   * it to standard error.
   */
  report?: (message: string) => void;
}

/**
 * A complete file system in one SQLite file, by the runtime's `node:sqlite`.
 *
 * It has what a `MemFS` has, and keeps it: fsync(2) returns when the file, and
 * all that was done before, is on disk, and a crash at any time leaves the
 * file system as it was at some moment since. Other changes are on disk a
 * second later, all of them whenever it is unmounted.
 *
 * Permissions are the kernel's to check: mount it with
 * {@linkcode SqliteFS.mountOptions}, or everybody may do everything. The file
 * must not lie in the file system itself, nor be opened by this process while
 * it is mounted: closing it again would drop SQLite's locks.
 *
 * Needs `--allow-read` and `--allow-write` for the file beside `--allow-ffi`.
 *
 * @example Usage
 * ```ts ignore
 * import { mountFS, SqliteFS } from "@hostkit/hostkit/fuse/fs";
 *
 * const fs = new SqliteFS("/var/lib/project.sqlite");
 * await using session = await mountFS("/mnt/project", fs, fs.mountOptions);
 * await session.closed;
 * ```
 */
export class SqliteFS extends LastingIds implements FS {
  static {
    showState(this, (fs) => ({ path: fs.#path, options: fs.#options }));
  }

  readonly #path: string;
  readonly #options: SqliteFSOptions;
  readonly #limits: Limits;
  readonly #volumeOptions: VolumeOptions;
  readonly #busyMs: number;
  #volume: SqliteVolume | undefined;

  /**
   * Names the file, which is opened, or made, when it is mounted.
   *
   * @param path The database.
   * @param options Its limits, and its root.
   * @throws {RangeError} If a limit is no whole number.
   */
  constructor(path: string, options: SqliteFSOptions = {}) {
    super();
    checkText("path", path);
    checkOptions("options", options);
    const { size, inodes = DEFAULT_INODES, links } = options;
    const { commitMs = DEFAULT_COMMIT_MS, busyMs = DEFAULT_BUSY_MS } = options;
    const { locks = false } = options;
    const { report = print } = options;
    rootOwnership(options);
    this.#path = path;
    this.#options = options;
    this.#limits = limitsOf({ size, inodes, links });
    this.#volumeOptions = {
      locks,
      commitMs: checkLimit("commitMs", commitMs),
      report: checkFunction("report", report),
    };
    this.#busyMs = checkLimit("busyMs", 1 + checkNumber("busyMs", busyMs)) - 1;
  }

  /** @internal */
  protected override get _volume(): PosixVolume | undefined {
    return this.#volume;
  }

  /**
   * How to mount it: the kernel checks permissions and access control lists,
   * leaves to the file system what that can do better, and keeps what it
   * knows, since nobody else changes it. A kernel that lacks one of the
   * features does that part itself.
   */
  get mountOptions(): MountOptions & ServeOptions {
    return mountOptionsFor(this.#volumeOptions.locks);
  }

  /**
   * Opens the database, or makes it, and returns the root directory.
   *
   * @throws {SyscallError} EBUSY while it is mounted, here or elsewhere, or
   * another program uses it; EINVAL if the file is something else; EDEADLK if
   * it lies in what this thread serves; ENOENT, ENOTDIR, EACCES, EROFS if it
   * cannot be opened and written.
   */
  async root(): Promise<Node> {
    const path = this.#path;
    if (this.#volume !== undefined) {
      throw new SyscallError("mount", EBUSY, {
        path,
        hint: "this SqliteFS is mounted already",
      });
    }
    refuseServed("open", path);
    using opened = new DisposableStack();
    const host = opened.use(new Host(path));
    const unsaved = await Unsaved.beside(path);
    const db = opened.use(await this.#open(unsaved));
    unsaved.remove();
    const volume = new SqliteVolume(
      db,
      host,
      unsaved,
      this.#limits,
      this.#volumeOptions,
    );
    if (volume.isEmpty) this.#makeRoot(volume);
    const root = volume.node(ROOT);
    if (root === undefined) {
      throw new SyscallError("mount", EINVAL, { path, hint: DAMAGED });
    }
    // The kernel knows it from the start, and never forgets it.
    root.remember();
    opened.move();
    this.#volume = volume;
    return root;
  }

  /** Sees whether to note accesses. */
  mounted(mount: MountInfo): void {
    this.#volume!.atime = this.#options.noAtime ? "none" : atimeMode(mount);
  }

  /** Fills in the limits, and what is left of them. */
  statfs(_request: StatfsRequest, response: StatfsResponse): void {
    fillStatfs(this.#volume!, response);
  }

  /** Stores everything for good. */
  syncfs(_request: SyncfsRequest): void {
    this.#volume!.commit();
  }

  /**
   * Stores everything for good, and closes the database.
   *
   * @throws {SyscallError} ENOSPC and the like if it cannot be stored: it is
   * kept in a file beside the database, called as that and `-unsaved`, and
   * stored when the database is mounted again.
   */
  destroy(): void {
    const volume = this.#volume;
    this.#volume = undefined;
    volume?.close();
  }

  /** Opens the database, once it is free, and stores what is kept beside it. */
  async #open(unsaved: Unsaved): Promise<SqliteDatabase> {
    const path = this.#path;
    const end = performance.now() + this.#busyMs;
    for (let tries = 0;; tries++) {
      try {
        const db = await openDatabase(
          path,
          (db) => unsaved.restore(new SqliteDatabase(db)),
        );
        return new SqliteDatabase(db);
      } catch (error) {
        const isBusy = error instanceof SyscallError && error.errno === EBUSY;
        if (!isBusy || performance.now() >= end) throw error;
        if (tries === 0) {
          const { report } = this.#volumeOptions;
          report(`${path} is in use: waiting for the end of its server`);
        }
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
  }

  #makeRoot(volume: SqliteVolume): void {
    volume.change(new PosixDirectory(volume, rootOwnership(this.#options)));
    volume.commit();
  }
}

function print(message: string): void {
  // deno-lint-ignore no-console -- where it goes unless told otherwise
  console.error(`hostkit: ${message}`);
}
