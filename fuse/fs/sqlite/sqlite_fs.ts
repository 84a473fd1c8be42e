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
/** The pause between two attempts to open a file in use, in milliseconds. */
const PAUSE_MS = 20;

/** The limits of a {@linkcode SqliteFS}, and the root of a new one. */
export interface SqliteFSOptions {
  /**
   * The limit in bytes for files, long targets of symbolic links and extended
   * attributes, counted in pages of 4096 bytes. Beyond it is ENOSPC.
   * Default: the free space where the database is stored.
   */
  size?: number;
  /**
   * The limit for inodes, where each further name of a file counts as one.
   * Default: 2^32.
   */
  inodes?: number;
  /** The limit for the links of one file (EMLINK). Default: 2^31 - 1. */
  links?: number;
  /** The permissions of the root of a new file system. Default: `0o755`. */
  mode?: number;
  /** The owner of the root of a new file system. Default: this process's. */
  uid?: number;
  /** The group of the root of a new file system. Default: this process's. */
  gid?: number;
  /**
   * Answer lock requests here (`lockingPosix` and `lockingFlock`) instead of
   * leaving locks to the kernel, which is faster. Default: false.
   */
  locks?: boolean;
  /**
   * Do not update access times. Default: false, so the mount's options decide,
   * of which mount(8) has `relatime` by default.
   */
  noAtime?: boolean;
  /**
   * The time in milliseconds after which a change is written to disk without an
   * fsync(2), at most 24 days. Default: 1000.
   */
  commitMs?: number;
  /**
   * The time in milliseconds to wait for a file in use, since the server of a
   * previous mount may still be saving. 0 means not to wait. Default: 3000.
   */
  busyMs?: number;
  /**
   * Called with a message if changes could not be saved in the background, or
   * while the file is in use and waited for. Default: prints the message to
   * standard error.
   */
  report?: (message: string) => void;
}

/**
 * A complete file system in one SQLite file, by the runtime's `node:sqlite`.
 *
 * It has the features of a `MemFS`, and stores the content. fsync(2) returns
 * when all changes so far are on disk. Other changes are on disk a second
 * later, and all of them after an unmount. A crash at any time leaves the file
 * system as it was at some moment after the last fsync(2).
 *
 * The kernel checks permissions if the file system is mounted with
 * {@linkcode SqliteFS.mountOptions}. Without these, nothing checks them. The
 * database must not lie in the file system itself, and this process must not
 * open it while it is mounted: closing it again would drop SQLite's locks.
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
   * Creates a file system whose database is opened or created at the mount.
   *
   * @param path The path of the database.
   * @param options The limits, and the owner and mode of a new root.
   * @throws {RangeError} If a limit is not a whole number above 0.
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
   * The recommended mount options. The kernel checks permissions and access
   * control lists, and caches names, attributes and data for long, since
   * nothing but the kernel changes them. The file system applies the umask and
   * clears set-ID bits. A kernel that lacks one of these features does that
   * part itself.
   */
  get mountOptions(): MountOptions & ServeOptions {
    return mountOptionsFor(this.#volumeOptions.locks);
  }

  /**
   * Opens or creates the database, and returns the root directory.
   *
   * @throws {SyscallError} EBUSY while it is mounted anywhere, or in use by
   * another program; EINVAL if the file is not a SqliteFS; EDEADLK if the file
   * lies in a mount that this thread serves; ENOENT, ENOTDIR, EACCES, EROFS if
   * the file cannot be opened or written.
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
    // The kernel knows the root from the start, and never sends its FORGET.
    root.remember();
    opened.move();
    this.#volume = volume;
    return root;
  }

  /** Reads from the mount when access times are updated. */
  mounted(mount: MountInfo): void {
    this.#volume!.atime = this.#options.noAtime ? "none" : atimeMode(mount);
  }

  /** Fills in the limits and the free space and inodes. */
  statfs(_request: StatfsRequest, response: StatfsResponse): void {
    fillStatfs(this.#volume!, response);
  }

  /** Saves all changes durably. */
  syncfs(_request: SyncfsRequest): void {
    this.#volume!.commit();
  }

  /**
   * Saves all changes durably, and closes the database.
   *
   * @throws {SyscallError} ENOSPC and the like if the changes cannot be saved.
   * They are then kept in a file beside the database, with `-unsaved` appended
   * to its name, and saved when the database is mounted again.
   */
  destroy(): void {
    const volume = this.#volume;
    this.#volume = undefined;
    volume?.close();
  }

  /** Waits for the database, opens it, and saves changes kept beside it. */
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
  // deno-lint-ignore no-console -- the documented default
  console.error(`hostkit: ${message}`);
}
