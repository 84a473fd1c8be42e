/**
 * A file system in a few lines: the file NAME contains a greeting for NAME.
 *
 * ```sh
 * deno run --allow-ffi examples/greeting_fs.ts /mnt
 * cat /mnt/Ada
 * ```
 *
 * @module
 */

import type { Attr } from "@hostkit/hostkit/fuse";
import { type FS, mountFS, type Node } from "@hostkit/hostkit/fuse/fs";

class Greeting implements Node {
  readonly #text: Uint8Array;

  constructor(name: string) {
    this.#text = new TextEncoder().encode(`Hello, ${name}!\n`);
  }

  attr(attr: Attr): void {
    attr.mode = 0o100444; // a regular file, readable by all
    attr.size = this.#text.length;
  }

  readAll(): Uint8Array {
    return this.#text;
  }
}

const root: Node = {
  attr(attr) {
    attr.mode = 0o40555; // a directory
  },
  lookup(name) {
    return new Greeting(name);
  },
};

const fs: FS = { root: () => root };

/** Mounts the file system on a directory until Ctrl-C or umount(8). */
async function main(dir: string): Promise<void> {
  const session = await mountFS(dir, fs, { readOnly: true });
  Deno.addSignalListener("SIGINT", () => session.unmount());
  await session.closed;
  Deno.exit(0);
}

if (import.meta.main) main(Deno.args[0] ?? "/mnt");
