/**
 * Kills a server that mounted on a directory, waits until nothing is mounted
 * there, and prints what it saw as JSON.
 *
 * @module
 */

import { listMounts } from "../../../fuse/mount/mount_info.ts";
import { childrenOf } from "../../_support/processes.ts";

function isMounted(dir: string): boolean {
  return listMounts().some(({ mountpoint }) => mountpoint === dir);
}

async function main(dir: string): Promise<void> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-config",
      "--no-lock",
      "--allow-ffi",
      `${import.meta.dirname}/_serve.ts`,
      dir,
    ],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  const mounted = isMounted(dir);
  child.kill("SIGKILL");
  await child.status;
  while (isMounted(dir)) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const left = childrenOf(Deno.pid);
  // deno-lint-ignore no-console -- a program's output
  console.log(JSON.stringify({ mounted, left }));
}

main(Deno.args[0]!);
