/**
 * The set-ID bits that the kernel knows of a file, and that execve(2) uses,
 * after an unprivileged user has changed its content.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import * as promises from "node:fs/promises";
import type { MountOptions } from "../../../../fuse/mod.ts";
import {
  fromNodeFS,
  type FS,
  MemFS,
  MirrorFS,
  type ServeOptions,
  SqliteFS,
} from "../../../../fuse/fs/mod.ts";
import { callInProcess } from "../../../../fuse/fs/testing/mod.ts";
import { output } from "../../../_support/client.ts";
import { mountTest, type Scene } from "../../../_support/mount.ts";
import { later } from "../../../_support/nodes.ts";
import type { Seen } from "./_set_id_client.ts";

const CLIENT = import.meta.resolve("./_set_id_client.ts");
const MIRROR_MODULE = import.meta.resolve(
  "../../../../fuse/fs/mirror/module.ts",
);

/** Mounts one file system, and says where its files lie. */
type Way = (scene: Scene) => Promise<AsyncDisposable>;

const OPTIONS: MountOptions & ServeOptions = {
  allowOther: true,
  allowSuid: true,
  allowDev: true,
};

type Mountable = FS & { readonly mountOptions: MountOptions & ServeOptions };

function way(
  make: (scene: Scene) => Mountable,
  options: MountOptions & ServeOptions = {},
  wrap: (fs: FS) => FS = (fs) => fs,
): Way {
  return (scene) => {
    const fs = make(scene);
    return scene.mount(wrap(fs), {
      ...fs.mountOptions,
      ...OPTIONS,
      ...options,
    });
  };
}

const mem = () => new MemFS({ mode: 0o777 });
const mirror = (scene: Scene) => new MirrorFS(sourceOf(scene));

function sourceOf({ dir }: Scene): string {
  const source = `${dir}/source`;
  Deno.mkdirSync(source);
  Deno.chmodSync(source, 0o777);
  return source;
}

const WAYS: Readonly<Record<string, Way>> = {
  "a MemFS": way(mem),
  "a MemFS that answers later": way(mem, {}, later),
  "a MemFS in blocking mode": way(mem, { mode: "blocking" }),
  "a SqliteFS": way(({ dir }) =>
    new SqliteFS(`${dir}/fs.sqlite`, { mode: 0o777 })
  ),
  "a mirror": way(mirror),
  "a mirror in blocking mode": way(mirror, { mode: "blocking" }),
  "a mirror with passthrough": way(mirror, { passthrough: true }),
  "a mirror by two Workers": (scene) => {
    const data = { source: sourceOf(scene), shared: MirrorFS.share(1000) };
    const { mountOptions } = new MirrorFS(data.source, data);
    return scene.mountModule(MIRROR_MODULE, {
      ...mountOptions,
      ...OPTIONS,
      workers: 2,
      data,
    });
  },
  "a directory of node:fs": way((scene) =>
    fromNodeFS(promises, { root: sourceOf(scene) })
  ),
};

for (const [name, mount] of Object.entries(WAYS)) {
  mountTest(
    `In ${name} no set-ID bit outlives a change by others, in the kernel neither`,
    async (scene) => {
      const plain = `${scene.dir}/plain`;
      await Deno.mkdir(plain);
      await Deno.chmod(plain, 0o777);
      await using _session = await mount(scene);
      const change = (dir: string) =>
        callInProcess<Seen[]>(CLIENT, "changeSetIdFiles", dir);
      const expected = await change(plain);
      for (const { known, real } of expected) assertEquals(known, real);
      assertEquals(await change(scene.mnt), expected);
    },
  );
}

mountTest(
  "A set-ID program that somebody else has written to runs without privilege",
  async (scene) => {
    const program = `${scene.mnt}/id`;
    await using _session = await way(mem)(scene);
    const copy = 'cp "$(command -v id)" "$1" && chmod 4777 "$1" && "$1" -u';
    await output("sh", "-c", copy, "sh", program);
    const user = ["setpriv", "--reuid=1001", "--regid=1001", "--clear-groups"];
    const asUser = (script: string) =>
      output(user[0]!, ...user.slice(1), "sh", "-c", script, "sh", program);
    const before = await asUser('"$1" -u');
    assertEquals(before, "0\n");
    const overwrite =
      'dd if="$1" of="$1" bs=1 count=1 conv=notrunc status=none';
    const after = await asUser(`${overwrite} && "$1" -u`);
    assertEquals(after, "1001\n");
  },
  { programs: ["setpriv", "dd", "id"] },
);
