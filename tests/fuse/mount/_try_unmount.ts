/**
 * Tries all that could harm a mount of another user, and prints what came of
 * it as JSON.
 *
 * @module
 */

import { abort, clearDeadMount, unmount } from "../../../fuse/mod.ts";

async function outcome(call: () => unknown): Promise<string> {
  try {
    return await call() === undefined ? "nothing" : "something";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

async function main(dir: string): Promise<void> {
  const outcomes = {
    unmount: await outcome(() => unmount(dir)),
    lazy: await outcome(() => unmount(dir, { lazy: true })),
    clear: await outcome(() => clearDeadMount(dir)),
    abort: await outcome(() => abort(dir)),
  };
  // deno-lint-ignore no-console -- a program's output
  console.log(JSON.stringify(outcomes));
}

main(JSON.parse(Deno.args[1]!));
