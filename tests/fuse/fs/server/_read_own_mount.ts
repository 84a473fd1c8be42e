/**
 * Mounts a file system and reads it by a call that blocks the thread which
 * serves it. It prints "now", and then what comes of that.
 *
 * @module
 */

import { HelloFS, mountFS } from "../../../../fuse/fs/mod.ts";

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    return (error as Error).message;
  }
}

async function main(dir: string): Promise<void> {
  const session = await mountFS(dir, new HelloFS());
  // deno-lint-ignore no-console -- a program's output
  console.log("now");
  const text = read(`${dir}/hello`);
  // deno-lint-ignore no-console -- a program's output
  console.log(text);
  await session.closed;
  Deno.exit(0);
}

main(Deno.args[0]!);
