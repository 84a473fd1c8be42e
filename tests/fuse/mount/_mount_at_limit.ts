/**
 * Mounts with fewer and fewer descriptors left, down to none, and prints for
 * each try what came of it: an error's code or `"mounted"`, and the type of a
 * mount that remains. A process of its own, for its limit of descriptors.
 *
 * @module
 */

import { mount, unmount } from "../../../fuse/mod.ts";
import { findMount } from "../../../fuse/mount/mount_info.ts";

/** More than a mount needs. */
const MAX_FREE = 12;

/** Opens files until only `free` more can be open. */
function fill(free: number): Deno.FsFile[] {
  const files: Deno.FsFile[] = [];
  try {
    for (;;) files.push(Deno.openSync("/dev/null"));
  } catch {
    for (const file of files.splice(0, free)) file.close();
    return files;
  }
}

async function tryMount(dir: string, free: number): Promise<string> {
  const files = fill(free);
  try {
    const conn = await mount(dir);
    for (const file of files.splice(0)) file.close();
    await unmount(conn);
    await conn.close();
    return "mounted";
  } catch (error) {
    return (error as { code: string }).code;
  } finally {
    for (const file of files) file.close();
  }
}

async function main(dir: string): Promise<void> {
  const outcomes: [string, string | undefined][] = [];
  for (let free = MAX_FREE; free >= 0; free--) {
    outcomes.push([await tryMount(dir, free), findMount(dir)?.type]);
  }
  // deno-lint-ignore no-console -- a program's output
  console.log(JSON.stringify(outcomes));
}

main(Deno.args[0]!);
