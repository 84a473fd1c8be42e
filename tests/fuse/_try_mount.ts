/**
 * Tries to mount on the directory that it is given, in a process of its own,
 * and prints what came of it as JSON.
 *
 * @module
 */

import { mount, unmount } from "../../fuse/mod.ts";
import { listMounts } from "../../fuse/mount_info.ts";

async function attempt(dir: string): Promise<Record<string, unknown>> {
  try {
    await using _conn = await mount(dir);
    await unmount(dir, { lazy: true });
    return { code: "mounted" };
  } catch (error) {
    const { code, syscall, message } = error as Record<string, unknown>;
    return { code, syscall, message };
  }
}

function countFds(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

async function main(dir: string): Promise<void> {
  const before = countFds();
  const outcome = await attempt(dir);
  const left = countFds() - before;
  const mounted = listMounts().filter(({ mountpoint }) => mountpoint === dir);
  // deno-lint-ignore no-console -- a program's output
  console.log(JSON.stringify({ ...outcome, left, mounted }));
}

main(Deno.args[0]!);
