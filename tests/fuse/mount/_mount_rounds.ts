/**
 * Mounts and unmounts many times in every way there is, and prints as JSON what
 * of it is left: descriptors, threads, children and mounts.
 *
 * @module
 */

import { mount, unmount } from "../../../fuse/mod.ts";
import { HelloFS, mountFS } from "../../../fuse/fs/mod.ts";
import { listMounts } from "../../../fuse/mount/mount_info.ts";
import { rounds } from "../../_support/platform.ts";
import { childrenOf, openRuntimeFds } from "../../_support/processes.ts";

const ROUNDS = rounds(60);

const WAYS: ((dir: string) => Promise<void>)[] = [
  async (dir) => {
    await using session = await mountFS(dir, new HelloFS());
    await Deno.readTextFile(`${dir}/hello`);
    await session.unmount();
  },
  async (dir) => {
    await using _session = await mountFS(dir, new HelloFS(), {
      autoUnmount: true,
    });
  },
  async (dir) => {
    const conn = await mount(dir, { autoUnmount: true });
    await conn.close();
  },
  async (dir) => {
    await using _conn = await mount(dir);
    await unmount(dir, { lazy: true });
  },
];

function count(dir: string): Record<string, number> {
  return {
    fds: [...Deno.readDirSync("/proc/self/fd")].length,
    threads: [...Deno.readDirSync("/proc/self/task")].length,
    children: childrenOf(Deno.pid).length,
    mounts: listMounts().filter(({ mountpoint }) => mountpoint === dir).length,
  };
}

async function main(dir: string): Promise<void> {
  const doRounds = async (n: number) => {
    for (let i = 0; i < n; i++) await WAYS[i % WAYS.length]!(dir);
  };
  openRuntimeFds();
  // The runtime has threads that it keeps.
  await doRounds(2 * WAYS.length);
  const before = count(dir);
  await doRounds(ROUNDS);
  const after = count(dir);
  // deno-lint-ignore no-console -- a program's output
  console.log(JSON.stringify({ before, after }));
}

main(Deno.args[0]!);
