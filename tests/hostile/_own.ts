/**
 * Resources for good arguments, which are released after the call.
 *
 * @module
 */

import * as posix from "../../posix/mod.ts";

/** The resources of one call. */
export class Own {
  readonly #undo: (() => unknown)[] = [];

  /** Registers a function to call after the call; its errors are ignored. */
  after(undo: () => unknown): void {
    this.#undo.push(undo);
  }

  /** Disposes of a value after the call, and returns it. */
  use<T extends Disposable>(value: T): T {
    this.after(() => value[Symbol.dispose]());
    return value;
  }

  /** Creates a memfd of 64 bytes. */
  fd(): number {
    const fd = posix.memfdCreate("hostile", posix.MFD_ALLOW_SEALING);
    posix.ftruncate(fd, 64);
    this.after(() => posix.close(fd));
    return fd;
  }

  /** Creates a directory. */
  dir(): string {
    const path = Deno.makeTempDirSync({ prefix: "hostile_" });
    this.after(() => Deno.removeSync(path, { recursive: true }));
    return path;
  }

  /** Creates a file of 64 bytes. */
  file(): string {
    const path = `${this.dir()}/file`;
    Deno.writeFileSync(path, new Uint8Array(64));
    return path;
  }

  /** Maps a page of shared memory. */
  page(): posix.Mapping {
    const mapping = posix.mmap(
      null,
      posix.getpagesize(),
      posix.PROT_READ | posix.PROT_WRITE,
      posix.MAP_SHARED | posix.MAP_ANONYMOUS,
      -1,
      0,
    );
    this.after(() => posix.munmap(mapping.data));
    return mapping;
  }

  /** Releases all resources, the latest first. */
  async undo(): Promise<void> {
    for (const undo of this.#undo.toReversed()) {
      try {
        await undo();
      } catch {
        // The call itself may have released it.
      }
    }
  }
}
