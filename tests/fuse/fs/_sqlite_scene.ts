/**
 * What tests of a file system in a database share.
 *
 * @module
 */

import {
  type Session,
  SqliteFS,
  type SqliteFSOptions,
} from "../../../fuse/fs/mod.ts";
import { output } from "../../_support/client.ts";
import type { Scene } from "../../_support/mount.ts";

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

/** A part of a script: `tree()` returns all there is to what is mounted. */
export const TREE = `
def tree():
    found = {}
    for directory, subdirs, files in os.walk(mnt):
        for path in [directory] + [os.path.join(directory, name) for name in subdirs + files]:
            s = os.lstat(path)
            found[path[len(mnt):]] = [
                s.st_ino, s.st_mode, s.st_uid, s.st_gid, s.st_nlink, s.st_size,
                s.st_blocks, s.st_rdev, s.st_atime_ns, s.st_mtime_ns, s.st_ctime_ns,
                sorted((name, os.getxattr(path, name, follow_symlinks=False).hex())
                       for name in os.listxattr(path, follow_symlinks=False)),
                os.readlink(path) if os.path.islink(path) else None]
    return found
`;

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
