/**
 * Serves a directory, and mounts and unmounts inside of it by the names in the
 * other arguments; prints the codes as JSON. A process of its own, for it might
 * wait for its own answer.
 *
 * @module
 */

import { mount, unmount } from "../../../fuse/mod.ts";
import { HelloFS, mountFS } from "../../../fuse/fs/mod.ts";

async function main(dir: string, ...names: string[]): Promise<void> {
  await using _session = await mountFS(dir, new HelloFS());
  const codes: string[] = [];
  for (const name of names) {
    for (const call of [mount, unmount]) {
      const code = await call(name).then(() => "done", (error) => error.code);
      codes.push(code);
    }
  }
  // deno-lint-ignore no-console -- a program's output
  console.log(JSON.stringify(codes));
}

main(...Deno.args as [string, ...string[]]);
