/**
 * Mounts a file system whose root answers nothing but an error, tries to mount
 * on it again, and prints the code of that. A process of its own, for it might
 * wait for its own answer.
 *
 * @module
 */

import { mount } from "../../../fuse/mod.ts";
import { mountFS } from "../../../fuse/fs/mod.ts";

async function main(dir: string, code: string): Promise<void> {
  const attr = (): never => {
    throw Object.assign(new Error(), { code });
  };
  await using _session = await mountFS(dir, { root: () => ({ attr }) });
  const outcome = await mount(dir).catch((error) => error.code);
  // deno-lint-ignore no-console -- a program's output
  console.log(outcome);
}

main(Deno.args[0]!, Deno.args[1]!);
