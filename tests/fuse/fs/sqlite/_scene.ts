/**
 * What tests of a file system in a database share.
 *
 * @module
 */

import {
  type Session,
  SqliteFS,
  type SqliteFSOptions,
} from "../../../../fuse/fs/mod.ts";
import { output } from "../../../_support/client.ts";
import type { Sys } from "../../../_support/client_process.ts";
import type { Scene } from "../../../_support/mount.ts";

/** Where the database of a scene lies. */
export function pathOf(scene: Scene): string {
  return `${scene.dir}/fs.sqlite`;
}

/** Mounts the scene's database for everybody. */
export function mountDatabase(
  scene: Scene,
  options: SqliteFSOptions = {},
): Promise<Session> {
  const fs = new SqliteFS(pathOf(scene), options);
  return scene.mount(fs, {
    ...fs.mountOptions,
    allowOther: true,
    allowDev: true,
    allowSuid: true,
  });
}

/** For clients: returns all there is to what is mounted, but for content. */
export function treeOf(sys: Sys, mnt: string): unknown[] {
  return [mnt, ...sys.walk(mnt)].map((path) => {
    // Reading it is noted.
    const target = sys.attempt(sys.readlink, path);
    const { dev: _dev, blksize: _blksize, ...status } = sys.lstat(path);
    const xattrs = sys.llistxattr(path).sort()
      .map((name) => [name, sys.lgetxattr(path, name)]);
    return { name: path.slice(mnt.length), ...status, xattrs, target };
  });
}

/** A small file system for a database to lie on. */
export interface SmallHost {
  readonly path: string;
  /** Takes all the room that is left. */
  fill(): Promise<void>;
  /** Gives it back. */
  makeRoom(): Promise<void>;
}

/** Calls a function with a tmpfs of so many MiB, and unmounts that. */
export async function withSmallHost(
  scene: Scene,
  size: number,
  body: (host: SmallHost) => Promise<void>,
): Promise<void> {
  const path = `${scene.dir}/host`;
  const filler = `${path}/filler`;
  await Deno.mkdir(path);
  await output("mount", "-t", "tmpfs", "-o", `size=${size}M`, "none", path);
  try {
    await body({
      path,
      fill: async () => {
        using file = await Deno.open(filler, { create: true, append: true });
        for (let size = 1 << 20; size >= 4096;) {
          try {
            await file.write(new Uint8Array(size));
          } catch {
            size /= 2;
          }
        }
      },
      makeRoom: () => Deno.remove(filler),
    });
  } finally {
    await output("umount", "-l", path);
  }
}
