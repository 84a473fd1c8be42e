/**
 * What good arguments are made of, and given back after the call.
 *
 * @module
 */

import * as posix from "../../posix/mod.ts";

/** The things of one call. */
export class Own {
  readonly #undo: (() => unknown)[] = [];

  /** Has something done after the call; that it fails does not matter. */
  after(undo: () => unknown): void {
    this.#undo.push(undo);
  }

  /** Keeps what closes with its scope. */
  use<T extends Disposable>(value: T): T {
    this.after(() => value[Symbol.dispose]());
    return value;
  }

  /** A memfd of 64 bytes. */
  fd(): number {
    const fd = posix.memfdCreate("hostile", posix.MFD_ALLOW_SEALING);
    posix.ftruncate(fd, 64);
    this.after(() => posix.close(fd));
    return fd;
  }

  /** A folder. */
  dir(): string {
    const path = Deno.makeTempDirSync({ prefix: "hostile_" });
    this.after(() => Deno.removeSync(path, { recursive: true }));
    return path;
  }

  /** A file of 64 bytes. */
  file(): string {
    const path = `${this.dir()}/file`;
    Deno.writeFileSync(path, new Uint8Array(64));
    return path;
  }

  /** A page of shared memory. */
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

  /** Undoes all, last first. */
  async undo(): Promise<void> {
    for (const undo of this.#undo.toReversed()) {
      try {
        await undo();
      } catch {
        // The call has done it.
      }
    }
  }
}
