/**
 * Serves `/dev/fd/N` with a file whose first READ is answered after the server
 * has twice looked for readers that are gone.
 *
 * @module
 */

import { mountFS } from "../../../fuse/fs/mod.ts";
import { directory, file, fsOf } from "../../_support/nodes.ts";

/** Two checks of `GoneReaders`, and some. */
const SLOW_MS = 1200;

async function main(name: string): Promise<void> {
  const slow = file("content", {
    readAll: undefined as never,
    read: ({ signal }, response) =>
      new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
        setTimeout(() => {
          response.data = new TextEncoder().encode("content");
          resolve();
        }, SLOW_MS);
      }),
  });
  const session = await mountFS(name, fsOf(directory({ slow })));
  await session.closed;
}

main(Deno.args[0]!);
