import {
  checkInstance,
  checkMethod,
  checkNumber,
  showState,
} from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { EACCES, O_ACCMODE, O_RDONLY } from "../../../posix/mod.ts";
import { DT_REG, FOPEN_KEEP_CACHE } from "../../abi/mod.ts";
import { ErrNotCached } from "../../conn/mod.ts";
import type {
  Attr,
  Dirent,
  OpenRequest,
  OpenResponse,
  ReadRequest,
  ReadResponse,
} from "../../message/mod.ts";
import type { FS, Handle, Node } from "../node.ts";
import type { NodeNotifier } from "../server/mod.ts";

const NAME = "clock";
const NS_PER_MS = 1_000_000n;

/**
 * A file system with one file, `clock`, that tells the time.
 *
 * The kernel may cache the content, and is notified when the content changes: a
 * program that has the file open reads the new time from the same descriptor.
 *
 * @example Usage
 * ```ts ignore
 * import { ClockFS, mountFS } from "@hostkit/hostkit/fuse/fs";
 *
 * const clock = new ClockFS();
 * await using session = await mountFS("/mnt/clock", clock);
 * clock.start(session.server);
 * await session.closed;
 * ```
 */
export class ClockFS implements FS {
  static {
    showState(this, (fs) => ({ isTicking: fs.#timer !== undefined }));
  }

  readonly #root = new ClockDirectory();
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Returns the root directory. */
  root(): Node {
    return this.#root;
  }

  /**
   * Updates the time regularly until the file system is unmounted.
   *
   * @param server The server of the file system.
   * @param intervalMs The interval in milliseconds. Default: 1000.
   */
  start(server: NodeNotifier, intervalMs = 1000): void {
    checkMethod("server", server, "invalidateNodeData");
    checkNumber("intervalMs", intervalMs);
    clearInterval(this.#timer);
    this.#timer = setInterval(() => void this.#tickOrStop(server), intervalMs);
  }

  async #tickOrStop(server: NodeNotifier): Promise<void> {
    try {
      await this.tick(server);
    } catch (error) {
      // It is unmounted or closed, but `destroy` has not been called yet.
      if (!(error instanceof SyscallError && error.code === "ENODEV")) {
        throw error;
      }
      this.destroy();
    }
  }

  /**
   * Sets the file to a time, and makes the kernel drop its cached content.
   *
   * @param server The server of the file system.
   * @param time The time. Default: now.
   */
  async tick(server: NodeNotifier, time: Date = new Date()): Promise<void> {
    checkMethod("server", server, "invalidateNodeData");
    const { file } = this.#root;
    file.set(checkInstance("time", time, Date));
    try {
      await server.invalidateNodeData(file);
    } catch (error) {
      // The kernel does not cache the file, so there is nothing to drop.
      if (!(error instanceof ErrNotCached)) throw error;
    }
  }

  /** Stops the updates. */
  destroy(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

class ClockDirectory implements Node, Handle {
  readonly file = new ClockFile();

  attr(attr: Attr): void {
    attr.mode = 0o40555;
    attr.nlink = 2;
  }

  lookup(name: string): Node | undefined {
    return name === NAME ? this.file : undefined;
  }

  readDirAll(): Dirent[] {
    return [{ type: DT_REG, name: NAME }];
  }
}

class ClockFile implements Node, Handle {
  #timeNs = 0n;
  #text = new Uint8Array(0);

  constructor() {
    this.set(new Date());
  }

  set(time: Date): void {
    this.#timeNs = BigInt(time.getTime()) * NS_PER_MS;
    this.#text = new TextEncoder().encode(`${time.toISOString()}\n`);
  }

  attr(attr: Attr): void {
    attr.mode = 0o100444;
    attr.size = this.#text.length;
    attr.mtimeNs = attr.ctimeNs = this.#timeNs;
  }

  open({ flags }: OpenRequest, response: OpenResponse): Handle {
    if ((flags & O_ACCMODE) !== O_RDONLY) {
      throw new SyscallError("open", EACCES);
    }
    response.flags |= FOPEN_KEEP_CACHE;
    return this;
  }

  // There is no `readAll`, since it is called only once for each open file.
  read({ offset }: ReadRequest, response: ReadResponse): void {
    response.data = this.#text.subarray(offset);
  }
}
