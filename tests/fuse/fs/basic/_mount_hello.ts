/**
 * Mounts HelloFS on the directory that it is given until it is unmounted,
 * which takes the permission to use FFI and no other.
 *
 * @module
 */

import { HelloFS, mountFS } from "../../../../fuse/fs/mod.ts";

async function main(dir: string): Promise<void> {
  const session = await mountFS(dir, new HelloFS());
  // deno-lint-ignore no-console -- a program's output
  console.log("mounted");
  await session.closed;
}

main(Deno.args[0]!);
