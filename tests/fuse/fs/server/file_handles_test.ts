/**
 * Files by handles, as NFS servers use them: they last as long as the file,
 * whatever the kernel has forgotten meanwhile.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { setTimeout as delay } from "node:timers/promises";
import type { MountOptions } from "../../../../fuse/mod.ts";
import {
  type FS,
  MemFS,
  MirrorFS,
  type ServeOptions,
  type Session,
  SqliteFS,
} from "../../../../fuse/fs/mod.ts";
import { output } from "../../../_support/client.ts";
import { inClient, type Sys } from "../../../_support/client_process.ts";
import { mountTest, type Scene } from "../../../_support/mount.ts";
import { directory, file, fsOf, later } from "../../../_support/nodes.ts";
import { canMount } from "../../../_support/platform.ts";
import { attempt } from "../../../_support/sys/attempt.ts";
import { nameToHandle } from "../../../_support/sys/file_handles.ts";

type Mountable = FS & { readonly mountOptions: MountOptions & ServeOptions };
type Handles = Record<string, Uint8Array<ArrayBuffer>>;

const NEEDS = { dropsCaches: true };

/** Waits until the kernel has forgotten all that nobody uses. */
async function forget({ server }: Session): Promise<void> {
  while (server.nodeCount > 1) {
    await output("sh", "-c", "echo 2 > /proc/sys/vm/drop_caches");
    await delay(1);
  }
}

function make({ mkdir, put, link, symlink }: Sys, mnt: string): void {
  mkdir(`${mnt}/a`);
  mkdir(`${mnt}/a/b`);
  mkdir(`${mnt}/a/empty`);
  put(`${mnt}/a/b/file`, "content");
  link(`${mnt}/a/b/file`, `${mnt}/second`);
  put(`${mnt}/gone`, "gone");
  symlink("a", `${mnt}/link`);
}

/** Returns handles by names. */
function handlesOf({ nameToHandle }: Sys, mnt: string): Handles {
  const names = ["a/b/file", "second", "gone", "link", "a/b", "a/empty", "."];
  return Object.fromEntries(
    names.map((name) => [name, nameToHandle(`${mnt}/${name}`)]),
  );
}

/** Says what handles stand for: a path and a content, or an error. */
function show(sys: Sys, mnt: string, handles: Handles): Record<string, string> {
  const { attempt, latin1, open, openByHandle, readAll, readlink, restOf } =
    sys;
  const top = open(mnt, sys.O_DIRECTORY);
  const path = (fd: number) =>
    readlink(`/proc/self/fd/${fd}`).replace(mnt, "").replace(/^\//, "");
  const shown = (handle: Uint8Array<ArrayBuffer>, name: string) => {
    if (name === "link") {
      return `-> ${sys.readlinkat(openByHandle(top, handle, sys.O_PATH))}`;
    }
    const fd = openByHandle(top, handle, sys.O_RDONLY);
    if (name.endsWith("file") || name === "second" || name === "gone") {
      return latin1(readAll(fd));
    }
    const names = restOf(fd).map(({ name }) => name);
    return `${path(fd)}: ${names.sort().join(" ")}`;
  };
  return Object.fromEntries(
    Object.entries(handles).map(([name, handle]) => [
      name,
      `${attempt(shown, handle, name)}`,
    ]),
  );
}

const ALL = {
  "a/b/file": "content",
  "second": "content",
  "gone": "gone",
  "link": "-> a",
  "a/b": "a/b: . .. file",
  "a/empty": "a/empty: . ..",
  ".": ": . .. a gone link second",
};

/** Whether the file system of temporary directories has handles itself. */
const hasHandles = canMount && hasFileHandles();

function hasFileHandles(): boolean {
  const dir = Deno.makeTempDirSync();
  try {
    return typeof attempt(nameToHandle, dir) !== "string";
  } finally {
    Deno.removeSync(dir);
  }
}

/** What has ids for good. */
interface Lasting {
  readonly make: (scene: Scene) => Mountable;
  /** Whether handles are good in another mount. */
  readonly survives: boolean;
  readonly ignore?: boolean;
}

const FILE_SYSTEMS: Readonly<Record<string, Lasting>> = {
  MemFS: { make: () => new MemFS(), survives: true },
  SqliteFS: {
    make: ({ dir }) => new SqliteFS(`${dir}/fs.sqlite`),
    survives: true,
  },
  MirrorFS: {
    make: ({ dir }) => {
      Deno.mkdirSync(`${dir}/source`);
      return new MirrorFS(`${dir}/source`, { exports: true });
    },
    survives: false,
    ignore: !hasHandles,
  },
};

for (const [name, lasting] of Object.entries(FILE_SYSTEMS)) {
  const { survives } = lasting;
  mountTest(
    `Handles of a ${name} last as long as the file${
      survives ? ", and longer than a mount" : " in a mount"
    }`,
    async (scene) => {
      const fs = lasting.make(scene);
      let handles: Handles;
      {
        await using session = await scene.mount(fs, fs.mountOptions);
        await inClient(scene.mnt, make);
        handles = await inClient(scene.mnt, handlesOf);
        assertEquals(handles["second"], handles["a/b/file"]);
        await forget(session);
        assertEquals(await inClient(scene.mnt, show, handles), ALL);

        await inClient(scene.mnt, ({ rename, rmdir, unlink, put }, mnt) => {
          unlink(`${mnt}/gone`);
          rmdir(`${mnt}/a/empty`);
          unlink(`${mnt}/second`);
          rename(`${mnt}/a/b`, `${mnt}/moved`);
          for (let i = 0; i < 5; i++) put(`${mnt}/new-${i}`, "new");
        });
        await forget(session);
        const left = {
          ...ALL,
          "gone": "ESTALE",
          "a/empty": "ESTALE",
          "a/b": "moved: . .. file",
          ".": ": . .. a link moved new-0 new-1 new-2 new-3 new-4",
        };
        assertEquals(await inClient(scene.mnt, show, handles), left);
      }
      {
        await using _session = await scene.mount(fs, fs.mountOptions);
        const { gone, "a/b": moved, second } = await inClient(
          scene.mnt,
          show,
          handles,
        );
        assertEquals(
          [gone, moved, second],
          survives
            ? ["ESTALE", "moved: . .. file", "content"]
            : Array(3).fill("ESTALE"),
        );
      }
    },
    { ...NEEDS, ignore: lasting.ignore === true },
  );
}

mountTest(
  "A handle of a mirror follows the file in its source, and leads to no other",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(source);
    const fs = new MirrorFS(source, { exports: true });
    await using session = await scene.mount(later(fs), fs.mountOptions);
    await inClient(scene.mnt, make);
    const handles = await inClient(scene.mnt, handlesOf);
    await forget(session);
    const descriptors = () => [...Deno.readDirSync("/proc/self/fd")].length;
    const before = descriptors();
    await inClient(source, ({ mkdir, put, rename, rmdir, unlink }, source) => {
      mkdir(`${source}/c`);
      rename(`${source}/second`, `${source}/c/third`);
      // Out of the mirror, with one of the two names of the file.
      rename(`${source}/a/b`, `${source}/../outside`);
      unlink(`${source}/gone`);
      rmdir(`${source}/a/empty`);
      // Some file systems give the numbers of what is gone at once.
      for (let i = 0; i < 9; i++) put(`${source}/new-${i}`, "new");
      for (let i = 0; i < 9; i++) mkdir(`${source}/dir-${i}`);
    });
    const { "a/b": moved, "a/empty": empty, ...seen } = await inClient(
      scene.mnt,
      show,
      handles,
    );
    assertEquals([moved, empty], ["ESTALE", "ESTALE"]);
    assertEquals(seen, {
      ...seen,
      "a/b/file": "content",
      "second": "content",
      "gone": "ESTALE",
      "link": "-> a",
    });
    await forget(session);
    assertEquals(descriptors(), before);
  },
  { ...NEEDS, ignore: !hasHandles },
);

mountTest(
  "A handle of one MemFS is ESTALE in another",
  async (scene) => {
    const handles: Handles[] = [];
    for (let i = 0; i < 2; i++) {
      const fs = new MemFS();
      await using _session = await scene.mount(later(fs), fs.mountOptions);
      await inClient(scene.mnt, make);
      handles.push(await inClient(scene.mnt, handlesOf));
      const { "a/b/file": seen } = await inClient(
        scene.mnt,
        show,
        handles[0]!,
      );
      assertEquals(seen, i === 0 ? "content" : "ESTALE");
    }
  },
  NEEDS,
);

for (const exportSupport of [false, true]) {
  mountTest(
    `A handle of an earlier mount is ESTALE, whatever has its id now, exportSupport ${exportSupport}`,
    async (scene) => {
      const fs = (name: string) => fsOf(directory({ [name]: file(name) }));
      let old: Uint8Array<ArrayBuffer>;
      const handleOf = (name: string) =>
        inClient(
          scene.mnt,
          ({ nameToHandle }, mnt, name) => nameToHandle(`${mnt}/${name}`),
          name,
        );
      {
        await using _session = await scene.mount(fs("old"), { exportSupport });
        old = await handleOf("old");
      }
      await using _session = await scene.mount(fs("new"), { exportSupport });
      const handle = await handleOf("new");
      const [current, former] = await inClient(
        scene.mnt,
        ({ attempt, latin1, open, openByHandle, readAll }, mnt, handles) => {
          const O_DIRECTORY = 0o200000;
          const top = open(mnt, O_DIRECTORY);
          return handles.map((handle) =>
            attempt(() => latin1(readAll(openByHandle(top, handle, 0))))
          );
        },
        [handle, old],
      );
      assertEquals([current, former], ["new", "ESTALE"]);
    },
    NEEDS,
  );
}
