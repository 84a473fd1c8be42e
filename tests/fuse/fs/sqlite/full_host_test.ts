/**
 * What becomes of changes to a file system in a database whose host is full.
 *
 * @module
 */

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { SyscallError } from "../../../../ffi/mod.ts";
import { type Session, SqliteFS } from "../../../../fuse/fs/mod.ts";
import { output, run } from "../../../_support/client.ts";
import { hostkit, RunningHostkit } from "../../../_support/hostkit.ts";
import { mountTest, type Scene } from "../../../_support/mount.ts";
import { fsck } from "../../../_support/sqlite_fsck.ts";
import { type SmallHost, withSmallHost } from "./_scene.ts";

const OPTIONS = { programs: ["mount", "umount"] };
/** Some more than is left free around a database. */
const SIZE = 140;

/** A mount that has stored `old`, but could not store `new`. */
async function mountAndFill(
  scene: Scene,
  host: SmallHost,
): Promise<{ session: Session; reports: string[] }> {
  const { promise: reported, resolve } = Promise.withResolvers<void>();
  const reports: string[] = [];
  const fs = new SqliteFS(`${host.path}/fs.sqlite`, {
    commitMs: 20,
    report: (message) => {
      reports.push(message);
      resolve();
    },
  });
  const session = await scene.mount(fs, fs.mountOptions);
  await output("sh", "-c", 'echo old > "$1/old"; sync "$1"', "sh", scene.mnt);
  await host.fill();
  await output("sh", "-c", 'echo new > "$1/new"', "sh", scene.mnt);
  await reported;
  return { session, reports };
}

/** Mounts it again; returns what is in it. */
async function contentOf(scene: Scene, host: SmallHost): Promise<string> {
  const fs = new SqliteFS(`${host.path}/fs.sqlite`);
  await using session = await scene.mount(fs, fs.mountOptions);
  const content = await output("sh", "-c", 'cd "$1"; cat *', "sh", scene.mnt);
  await session.unmount();
  assertEquals(fsck(`${host.path}/fs.sqlite`), []);
  return content;
}

mountTest(
  "SqliteFS reports what it cannot store, and keeps it until there is room",
  (scene) =>
    withSmallHost(scene, SIZE, async (host) => {
      const { session, reports } = await mountAndFill(scene, host);
      const path = `${host.path}/fs.sqlite`;
      assertEquals(reports, [
        `fsync "${path}": ENOSPC: No space left on device`,
      ]);
      await session.unmount();
      assertEquals(scene.takeErrors(), [
        `close "${path}": ENOSPC: No space left on device (the last changes ` +
        `are in ${path}-unsaved, and will be stored when it is mounted again)`,
      ]);
      const error = await assertRejects(
        () => contentOf(scene, host),
        SyscallError,
      );
      assertEquals([error.code, error.path], ["ENOSPC", path]);
      await host.makeRoom();
      assertEquals(await contentOf(scene, host), "new\nold\n");
      const left = await Array.fromAsync(Deno.readDir(host.path));
      assertEquals(left.map(({ name }) => name), ["fs.sqlite"]);
    }),
  OPTIONS,
);

mountTest(
  "SqliteFS stores what waits once there is room, and has nothing to say then",
  (scene) =>
    withSmallHost(scene, SIZE, async (host) => {
      const { session } = await mountAndFill(scene, host);
      await host.makeRoom();
      await session.unmount();
      assertEquals(scene.takeErrors(), []);
      assertEquals(await contentOf(scene, host), "new\nold\n");
    }),
  OPTIONS,
);

mountTest(
  "SqliteFS accepts no change that it has no room to keep",
  (scene) =>
    withSmallHost(scene, SIZE, async (host) => {
      const path = `${host.path}/fs.sqlite`;
      const empty = new SqliteFS(path);
      await empty.root();
      empty.destroy();
      await host.fill();
      const fs = new SqliteFS(path);
      await using session = await scene.mount(fs, fs.mountOptions);
      const { stderr } = await run("mkdir", `${scene.mnt}/directory`);
      assertStringIncludes(stderr, "No space left on device");
      await session.unmount();
      assertEquals(scene.takeErrors(), []);
    }),
  OPTIONS,
);

mountTest(
  "SqliteFS has room for all that it accepts, long targets and attributes too",
  (scene) =>
    withSmallHost(scene, SIZE, async (host) => {
      const { session } = await mountAndFill(scene, host);
      const script = `
target=$(head -c 4000 /dev/zero | tr '\\0' x)
seq 1000 | sed "s#^#$target/#" |
  xargs -n40 sh -c 'ln -s -t "$0" "$@" || exit 255' "$1" 2> "$2" && exit 1
head -n 1 "$2"; ls "$1" | wc -l`;
      const [reason, count] = (await output(
        "sh",
        "-c",
        script,
        "sh",
        scene.mnt,
        `${scene.dir}/errors`,
      )).split("\n");
      assertStringIncludes(reason!, "No space left on device");
      await session.unmount();
      assertStringIncludes(scene.takeErrors().join(), "will be stored when");
      await host.makeRoom();
      const fs = new SqliteFS(`${host.path}/fs.sqlite`);
      await using _session = await scene.mount(fs, fs.mountOptions);
      assertEquals(
        await output("sh", "-c", 'ls "$1" | wc -l', "sh", scene.mnt),
        `${count}\n`,
      );
    }),
  OPTIONS,
);

mountTest(
  "SqliteFS mixes no kept changes into another state of the database",
  (scene) =>
    withSmallHost(scene, SIZE, async (host) => {
      const { session } = await mountAndFill(scene, host);
      await session.unmount();
      scene.takeErrors();
      await host.makeRoom();
      const path = `${host.path}/fs.sqlite`;
      await Deno.rename(`${path}-unsaved`, `${host.path}/aside`);
      {
        const fs = new SqliteFS(path);
        await using _session = await scene.mount(fs, fs.mountOptions);
        await output("mkdir", `${scene.mnt}/directory`);
      }
      await Deno.rename(`${host.path}/aside`, `${path}-unsaved`);
      const fs = new SqliteFS(path);
      const error = await assertRejects(async () => {
        await fs.root();
      }, SyscallError);
      assertEquals([error.code, error.path], ["EINVAL", `${path}-unsaved`]);
    }),
  OPTIONS,
);

mountTest(
  "hostkit mount sqlite ends with status 1 if it could not store everything",
  (scene) =>
    withSmallHost(scene, SIZE, async (host) => {
      const path = `${host.path}/fs.sqlite`;
      const words = ["mount", "sqlite", path, scene.mnt] as const;
      await using command = await RunningHostkit.start(...words);
      await output("mkdir", `${scene.mnt}/old`);
      await output("sync", scene.mnt);
      await host.fill();
      await output("mkdir", `${scene.mnt}/new`);
      const { code, stderr } = await command.end("SIGTERM");
      assertEquals(code, 1);
      assertStringIncludes(stderr, `hostkit: close "${path}": ENOSPC`);
      const again = await hostkit(...words);
      assertEquals(again.code, 1);
      assertStringIncludes(again.stderr, "the disk with the database is full");
      await host.makeRoom();
      await using whole = await RunningHostkit.start(...words);
      assertEquals(await output("ls", scene.mnt), "new\nold\n");
      assertEquals((await whole.end("SIGTERM")).code, 0);
    }),
  OPTIONS,
);
