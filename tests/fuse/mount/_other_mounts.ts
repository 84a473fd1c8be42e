/**
 * Mounts a tmpfs on a directory and unmounts it, over and over, until standard
 * input ends, and asks as df(1) does what is free in everything mounted beside
 * it.
 *
 * @module
 */

import { cString } from "../../../ffi/c_string.ts";
import { linuxLibc } from "../../../ffi/libc.ts";
import { listMounts } from "../../../fuse/mount/mount_info.ts";
import { dirname } from "node:path";
import { statfs } from "node:fs/promises";

async function main(dir: string): Promise<void> {
  const { mount, umount2 } = linuxLibc();
  const type = cString("tmpfs");
  const path = cString(dir);
  let isOver = false;
  Deno.stdin.read(new Uint8Array(1)).then(() => isOver = true);
  while (!isOver) {
    if (mount(type, path, type, 0n, null) < 0) throw new Error("not mounted");
    for (const { mountpoint } of listMounts()) {
      if (!mountpoint.startsWith(`${dirname(dir)}/`)) continue;
      // It may have gone, and then this is the directory beneath, or nothing.
      await statfs(mountpoint).catch(() => {});
    }
    if (umount2(path, 0) < 0) throw new Error("not unmounted");
  }
}

main(Deno.args[0]!);
