/**
 * Mounts and unmounts as often as the second argument says, on the directory
 * in the first, and prints as JSON what failed.
 *
 * @module
 */

import { HelloFS, mountFS } from "../../../fuse/fs/mod.ts";
import { unmount } from "../../../fuse/mod.ts";
import { listMounts } from "../../../fuse/mount/mount_info.ts";

async function main(dir: string, rounds: number): Promise<void> {
  const failures: string[] = [];
  for (let i = 0; i < rounds; i++) {
    try {
      await using session = await mountFS(dir, new HelloFS());
      // On a busy machine the others may take long to look.
      await session.unmount({ timeoutMs: 10_000 });
    } catch (error) {
      const left = listMounts().filter(({ mountpoint }) => mountpoint === dir);
      failures.push(`${i}: ${error}, ${left.length} left`);
      if (left.length > 0) await unmount(dir, { lazy: true });
    }
  }
  // deno-lint-ignore no-console -- a program's output
  console.log(JSON.stringify(failures));
}

const [dir, rounds] = Deno.args;
main(dir!, Number(rounds));
