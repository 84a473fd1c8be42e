/**
 * Serves on a directory, with `autoUnmount`, until it is killed.
 *
 * @module
 */

import { HelloFS, mountFS } from "../../../fuse/fs/mod.ts";

async function main(dir: string): Promise<void> {
  const session = await mountFS(dir, new HelloFS(), { autoUnmount: true });
  // deno-lint-ignore no-console -- a program's output
  console.log("mounted");
  await session.closed;
}

main(Deno.args[0]!);
