/**
 * Mounts on a directory with the options in its second argument, unmounts, and
 * prints `"done"`. A process of its own, for it might hang or die of it.
 *
 * @module
 */

import { HelloFS, mountFS } from "../../../fuse/fs/mod.ts";

async function main(dir: string, options = "{}"): Promise<void> {
  const session = await mountFS(dir, new HelloFS(), JSON.parse(options));
  await session.unmount();
  await session.closed;
  // deno-lint-ignore no-console -- a program's output
  console.log(JSON.stringify("done"));
}

main(...Deno.args as [string, string?]);
