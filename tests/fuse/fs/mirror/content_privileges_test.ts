/**
 * The privileges of a program after a change of its content or owner, as in a
 * plain directory: set-ID bits are cleared unless root may keep them, file
 * capabilities always.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { MemFS, MirrorFS, SqliteFS } from "../../../../fuse/fs/mod.ts";
import { ClientProcess, type Sys } from "../../../_support/client_process.ts";
import { hasPassthrough } from "../../../_support/platform.ts";
import { mountTest, type Scene } from "../../../_support/mount.ts";

const MIRROR_MODULE = import.meta.resolve(
  "../../../../fuse/fs/mirror/module.ts",
);
const PASSTHROUGH = "a mirror with passthrough";
const USER = 1001;

/** Nothing is cached, so that what is asked is what the server knows. */
const OPTIONS = {
  allowOther: true,
  allowSuid: true,
  entryValidMs: 0,
  attrValidMs: 0,
} as const;

/** A file to change. */
interface Kind {
  readonly mode: number;
  readonly gid: number;
  readonly hasCapability?: boolean;
}

/** Kinds of files that the user may write. */
const KINDS: readonly Kind[] = [
  { mode: 0o4775, gid: USER },
  { mode: 0o2775, gid: USER },
  { mode: 0o6777, gid: 0 },
  // Without group execute permission the bit stays for the file's group.
  { mode: 0o2767, gid: USER },
  { mode: 0o775, gid: USER, hasCapability: true },
];
/** The bit for another group, which a kernel with passthrough leaves. */
const STRANGE: Kind = { mode: 0o2767, gid: 0 };

type Way = (scene: Scene, source: string) => Promise<AsyncDisposable>;

function mirror(options: Parameters<Scene["mount"]>[1] = {}): Way {
  return (scene, source) => {
    const fs = new MirrorFS(source);
    return scene.mount(fs, { ...fs.mountOptions, ...OPTIONS, ...options });
  };
}

/** The ways to mount that change a source. */
const MIRRORS: Readonly<Record<string, Way>> = {
  "a mirror": mirror(),
  "a mirror that the kernel writes back": mirror({ writebackCache: true }),
  "a mirror by two Workers": (scene, source) => {
    const data = { source, shared: MirrorFS.share(1000) };
    const { mountOptions } = new MirrorFS(source, data);
    const options = { ...mountOptions, ...OPTIONS, workers: 2, data };
    return scene.mountModule(MIRROR_MODULE, options);
  },
  ...hasPassthrough && {
    [PASSTHROUGH]: mirror({ passthrough: true, mode: "blocking" }),
  },
};

const OTHERS: Readonly<Record<string, Way>> = {
  "a MemFS": (scene) => {
    const fs = new MemFS();
    return scene.mount(fs, { ...fs.mountOptions, ...OPTIONS });
  },
  "a SqliteFS": (scene) => {
    const fs = new SqliteFS(`${scene.dir}/db`);
    return scene.mount(fs, { ...fs.mountOptions, ...OPTIONS });
  },
};

/** The directory in which files are changed, and the one that has them. */
interface Place {
  readonly at: string;
  readonly source: string;
}

/** Changes a file of each kind in every way, as root and as a user. */
function changeAll(
  sys: Sys,
  user: number,
  kinds: readonly Kind[],
  ...places: readonly Place[]
): Record<string, string>[] {
  const [KEEP, PUNCH, ZERO] = [1, 2, 16] as const;
  const CAPABILITY = "security.capability";
  // linux/capability.h: struct vfs_cap_data of revision 2, with CAP_NET_RAW.
  const data = new Uint8Array(
    new Uint32Array([0x0200_0001, 1 << 13, 0, 0, 0]).buffer,
  );
  const opened =
    (use: (fd: number, program: number) => unknown) =>
    (path: string, program: number): void => {
      const fd = sys.open(path, sys.O_RDWR);
      use(fd, program);
      sys.close(fd);
    };
  const changes: Record<string, (path: string, program: number) => void> = {
    nothing() {},
    write: opened((fd) => sys.write(fd, "0123456789")),
    copy: opened((fd, program) => sys.copyFileRange(program, fd, 100, 0, 0)),
    extend: opened((fd) => sys.fallocate(fd, 0, 0, 10_000)),
    reserve: opened((fd) => sys.fallocate(fd, KEEP, 0, 20_000)),
    punch: opened((fd) => sys.fallocate(fd, PUNCH | KEEP, 0, 4096)),
    zero: opened((fd) => sys.fallocate(fd, ZERO, 0, 4096)),
    cut: opened((fd) => sys.ftruncate(fd, 10)),
    truncate: (path) => sys.truncate(path, 5),
    open: (path) => sys.close(sys.open(path, sys.O_WRONLY | sys.O_TRUNC)),
    // Only root may.
    give: (path) => sys.attempt(sys.chown, path, user, -1),
    regroup: (path) => sys.attempt(sys.chown, path, -1, sys.stat(path).gid),
    // The owner may, too.
    adopt: (path) => sys.chown(path, -1, user),
  };
  const files = (...who: string[]) =>
    who.flatMap((by) =>
      kinds.flatMap((kind) =>
        Object.keys(changes).map((change) => {
          const name = `${by} ${kind.mode.toString(8)} ${kind.gid} ${change}`;
          return [name, change, kind] as const;
        })
      )
    );
  const fill = (dir: string): void => {
    sys.put(`${dir}/program`, "#!/bin/sh\n".repeat(100));
    for (
      const [name, change, { mode, gid, hasCapability }] of files(
        "root",
        "user",
      )
    ) {
      const path = `${dir}/${name}`;
      sys.put(path, "x".repeat(8192));
      sys.chown(path, change === "adopt" ? user : 0, gid);
      sys.chmod(path, mode);
      if (hasCapability) sys.setxattr(path, CAPABILITY, data);
    }
  };
  const change = (dir: string, who: string): void => {
    const program = sys.open(`${dir}/program`, sys.O_RDONLY);
    for (const [name, change] of files(who)) {
      changes[change]!(`${dir}/${name}`, program);
    }
    sys.close(program);
  };
  for (const { source } of places) fill(source);
  for (const { at } of places) change(at, "root");
  sys.become(user, user);
  for (const { at } of places) change(at, "user");
  return places.map(({ source }) =>
    Object.fromEntries(
      files("root", "user").map(([name]) => {
        const path = `${source}/${name}`;
        const { mode, size } = sys.stat(path);
        const capability = sys.attempt(sys.getxattr, path, CAPABILITY);
        const has = capability === "ENODATA" ? "" : " with capabilities";
        return [name, `${(mode & 0o7777).toString(8)} ${size}${has}`];
      }),
    )
  );
}

for (const [what, way] of Object.entries({ ...MIRRORS, ...OTHERS })) {
  mountTest(
    `A change of content in ${what} leaves the privileges that it leaves elsewhere`,
    async (scene) => {
      const [plain, source] = [`${scene.dir}/plain`, `${scene.dir}/source`];
      await Deno.mkdir(plain);
      await Deno.mkdir(source);
      await using _session = await way(scene, source);
      await using client = new ClientProcess();
      const [expected, seen] = await client.run(
        changeAll,
        USER,
        what === PASSTHROUGH ? KINDS : [...KINDS, STRANGE],
        { at: plain, source: plain },
        { at: scene.mnt, source: what in MIRRORS ? source : scene.mnt },
      );
      assertEquals(seen, expected);
    },
  );
}
