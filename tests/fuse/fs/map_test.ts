/**
 * Files that are mapped although they bypass the kernel's cache.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { MemFS, MirrorFS } from "../../../fuse/fs/mod.ts";
import { callInClient } from "../../_support/client_process.ts";
import { RunningHostkit } from "../../_support/hostkit.ts";
import { mountTest } from "../../_support/mount.ts";
import { mapsDirectIo, rounds } from "../../_support/platform.ts";
import { uncached } from "./_mirror_ways.ts";

const CLIENT = import.meta.resolve("./_map_client.ts");
const OPTIONS = { ignore: !mapsDirectIo };

mountTest(
  "What bypasses the kernel's cache can be mapped and written",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(source);
    for (
      const mount of [
        () => uncached(scene, source),
        () => scene.mount(new MemFS(), { directIO: true }),
      ]
    ) {
      await using _session = await mount();
      const seen = await callInClient(
        CLIENT,
        "writeBothWays",
        `${scene.mnt}/f`,
      );
      assertEquals(seen, "01ab45xy89 01ab45xy89");
    }
    assertEquals(await Deno.readTextFile(`${source}/f`), "01ab45xy89");
  },
  OPTIONS,
);

mountTest(
  "A file that was empty when it was opened can be mapped when it has grown",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(source);
    const fs = new MirrorFS(source);
    await using _session = await scene.mount(fs, {
      ...fs.mountOptions,
      attrValidMs: 0,
    });
    for (const [i, dir] of [source, scene.mnt].entries()) {
      const paths = [`${scene.mnt}/${i}`, `${dir}/${i}`];
      assertEquals(await callInClient(CLIENT, "mapGrown", ...paths), "grown");
    }
  },
  OPTIONS,
);

mountTest(
  "Two processes use a database with a write-ahead log on a --no-cache mirror",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(source);
    await using mounted = await RunningHostkit.start(
      ...["mount", "mirror", source, scene.mnt, "--no-cache"],
    );
    const path = `${scene.mnt}/db`;
    const rows = rounds(100);
    const writers = ["a", "b"];
    // Of two processes that switch to a write-ahead log at once, SQLite refuses
    // one immediately, on any file system.
    await callInClient(CLIENT, "insertRows", path, "a", 0);
    await Promise.all(
      writers.map((who) => callInClient(CLIENT, "insertRows", path, who, rows)),
    );
    const expected = [
      { journal_mode: "wal" },
      { integrity_check: "ok" },
      writers.map((who) => ({ who, n: rows })),
    ];
    assertEquals(await callInClient(CLIENT, "inspect", path), expected);
    assertEquals((await mounted.end("SIGINT")).code, 0);
    assertEquals(
      await callInClient(CLIENT, "inspect", `${source}/db`),
      expected,
    );
  },
  OPTIONS,
);
