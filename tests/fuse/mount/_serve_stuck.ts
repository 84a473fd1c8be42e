/**
 * Serves on a directory, with `autoUnmount`, a file system in which a lookup is
 * never answered, but invalidates its own directory, for which the kernel waits
 * until it is answered. Says when it is mounted, and when a thread is stuck so.
 *
 * @module
 */

import { mountFS } from "../../../fuse/fs/mod.ts";
import type { Conn } from "../../../fuse/mod.ts";
import { directory, fsOf } from "../../_support/nodes.ts";
import { turns } from "../_notifying.ts";

/** Whether the kernel lets no signal end a thread of this process. */
function isStuck(): boolean {
  return [...Deno.readDirSync("/proc/self/task")].some(({ name }) =>
    Deno.readTextFileSync(`/proc/self/task/${name}/stat`).includes(") D ")
  );
}

async function main(dir: string): Promise<void> {
  const root = directory({}, {
    lookup: async (name, request) => {
      const conn = request.header.conn as Conn;
      const sending = conn.invalidateEntry(request.header.node, name);
      while (!isStuck()) await turns(1);
      // deno-lint-ignore no-console -- a program's output
      console.log("stuck");
      return await sending.then(() => undefined);
    },
  });
  const session = await mountFS(dir, fsOf(root), { autoUnmount: true });
  // deno-lint-ignore no-console -- a program's output
  console.log("mounted");
  await session.closed;
}

main(Deno.args[0]!);
