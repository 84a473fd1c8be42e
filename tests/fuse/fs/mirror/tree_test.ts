/**
 * The files and directories that a mirror shows, compared with its source.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { MirrorFS } from "../../../../fuse/fs/mod.ts";
import { inClient, output, run } from "../../../_support/client.ts";
import { openFds } from "../../../_support/leaks.ts";
import { mountTest } from "../../../_support/mount.ts";
import { rounds } from "../../../_support/platform.ts";
import { describeTree, makeOddTree } from "./_odd_tree.ts";
import { makeSource } from "./_source.ts";

const READ_ONLY = { readOnly: true } as const;

/** A real tree: what every machine has, up to an amount that takes seconds. */
const REAL_TREE = "/usr/share";
const MAX_ENTRIES = rounds(6000);
const MAX_KIB = rounds(70) * 1024;

/** Returns subdirectories that together stay below the limits. */
async function someSubdirectories(): Promise<string[]> {
  const measure = async (...args: string[]): Promise<Map<string, number>> => {
    const text = await output("du", ...args, "--max-depth=1", REAL_TREE);
    const lines = text.split("\n").map((line) => line.split("\t"));
    return new Map(lines.map(([size, path]) => [path!, Number(size)]));
  };
  const [entries, kib] = await Promise.all([
    measure("--inodes"),
    measure("-k"),
  ]);
  const chosen: string[] = [];
  let room = { entries: MAX_ENTRIES, kib: MAX_KIB };
  for await (const { name } of Deno.readDir(REAL_TREE)) {
    const path = `${REAL_TREE}/${name}`;
    const left = {
      entries: room.entries - (entries.get(path) ?? 0),
      kib: room.kib - (kib.get(path) ?? 0),
    };
    if (!entries.has(path) || left.entries < 0 || left.kib < 0) continue;
    room = left;
    chosen.push(name);
  }
  return chosen;
}

mountTest(
  "A mirror of a real tree is the same to diff(1) and find(1)",
  async (scene) => {
    const names = await someSubdirectories();
    assertEquals(names.length > 0, true);
    await using _session = await scene.mount(
      new MirrorFS(REAL_TREE),
      READ_ONLY,
    );
    const differences = await run(
      "sh",
      "-c",
      `cd "$1" && mirror=$2 && shift 2 && for name; do
       diff -r --no-dereference "$name" "$mirror/$name"
     done`,
      "sh",
      REAL_TREE,
      scene.mnt,
      ...names,
    );
    assertEquals(differences, { code: 0, stdout: "", stderr: "" });
    // Megabytes that need not pass through here.
    const list = (root: string): Promise<string> =>
      output(
        "sh",
        "-c",
        `cd "$1" && shift && find "$@" -printf '%p %i %y %m %n %U %G %s %b %T@ %C@ %l\\0' | sort -z | sha256sum`,
        "sh",
        root,
        ...names,
      );
    assertEquals(await list(scene.mnt), await list(REAL_TREE));
  },
  { programs: ["diff", "find", "du"], limitMs: 120_000 },
);

mountTest("A mirror shows everything odd as it is", async (scene) => {
  const source = await makeSource(scene);
  await makeOddTree(source);
  for (const readdirplus of ["always", "never"] as const) {
    await using _session = await scene.mount(new MirrorFS(source), {
      ...READ_ONLY,
      readdirplus,
    });
    const expected = await describeTree(source);
    const seen = await describeTree(scene.mnt);
    assertEquals(Object.keys(seen).sort(), Object.keys(expected).sort());
    for (const [path, description] of Object.entries(expected)) {
      assertEquals(seen[path], description, JSON.stringify(path));
    }
    // The tree is as odd as it should be.
    assertEquals(expected["./sparse"]!.size, 5 * 2 ** 30);
    assertEquals(expected["./hard-1"]!.nlink, 3);
    assertEquals(expected["./old"]!.mtime, -1n);
    assertEquals(expected[`./not-utf8-\udcff\udcfe\udcc0\udc80`]!.size, 1);
  }
});

mountTest("Hard links are one node, under whichever name", async (scene) => {
  const source = await makeSource(scene);
  await Deno.writeTextFile(`${source}/a`, "x");
  await Deno.link(`${source}/a`, `${source}/b`);
  await using session = await scene.mount(new MirrorFS(source), READ_ONLY);
  assertEquals(
    await inClient(scene.mnt, ({ stat }, mnt) => {
      const [a, b] = [stat(mnt + "/a"), stat(mnt + "/b")];
      return [a.ino === b.ino && a.dev === b.dev, a.nlink, a.mtime === b.mtime];
    }),
    [true, 2, true],
  );
  assertEquals(session.server.nodeCount, 2);
  // Under the name that is left it can still be read.
  await Deno.remove(`${source}/b`);
  assertEquals(await output("cat", `${scene.mnt}/a`), "x");
});

mountTest(
  "Links in a mirror are followed by the caller, within the mirror and out of it",
  async (scene) => {
    const source = await makeSource(scene);
    await Deno.writeTextFile(`${source}/inside`, "inside");
    await Deno.writeTextFile(`${scene.dir}/outside`, "outside");
    await Deno.symlink("inside", `${source}/relative`);
    await Deno.symlink(`${scene.dir}/outside`, `${source}/absolute`);
    await Deno.symlink("loop", `${source}/loop`);
    await using _session = await scene.mount(new MirrorFS(source), READ_ONLY);
    assertEquals(
      await inClient(
        scene.mnt,
        ({ attempt, content }, mnt) =>
          ["relative", "absolute", "loop"].map((name) =>
            attempt(content, `${mnt}/${name}`)
          ),
      ),
      [
        "inside",
        "outside",
        "ELOOP",
      ],
    );
  },
);

mountTest(
  "A named pipe in a mirror connects its processes",
  async (scene) => {
    const source = await makeSource(scene);
    await output("mkfifo", `${source}/fifo`);
    await using _session = await scene.mount(new MirrorFS(source), READ_ONLY);
    assertEquals(
      await inClient(scene.mnt, async (sys, mnt) => {
        const reading = sys.contentLater(mnt + "/fifo");
        const fd = await sys.openLater(mnt + "/fifo", sys.O_WRONLY);
        sys.write(fd, "through the pipe");
        sys.close(fd);
        return await reading;
      }),
      "through the pipe",
    );
  },
);

mountTest(
  "A mirror of /proc/sys/kernel can be read though every size is 0",
  async (scene) => {
    await using _session = await scene.mount(
      new MirrorFS("/proc/sys/kernel"),
      READ_ONLY,
    );
    const [expected, seen] = await inClient(scene.mnt, ({ content }, mnt) => {
      const names = [
        ...["ostype", "osrelease", "pid_max", "hostname", "random/boot_id"],
      ];
      return ["/proc/sys/kernel", mnt].map((root) =>
        names.map((name) => content(`${root}/${name}`))
      );
    });
    assertEquals(seen, expected);
    assertEquals(seen![0], "Linux\n");
    const listing = await output("ls", "-A", "/proc/sys/kernel");
    assertEquals(await output("ls", "-A", scene.mnt), listing);
  },
);

mountTest(
  "A directory 700 levels deep is reached, from the top and again",
  async (scene) => {
    const source = await makeSource(scene);
    await inClient(source, (sys, dir) => {
      sys.chdir(dir);
      for (let i = 0; i < 700; i++) {
        sys.mkdir("d");
        sys.chdir("d");
      }
      sys.put("leaf", "deep");
    });
    const path = `${"d/".repeat(700)}leaf`;
    await using _session = await scene.mount(new MirrorFS(source), {
      ...READ_ONLY,
      entryValidMs: 0,
      attrValidMs: 0,
    });
    for (let i = 0; i < 2; i++) {
      assertEquals(await output("cat", `${scene.mnt}/${path}`), "deep");
    }
    const count = await output(
      "sh",
      "-c",
      'find "$1" | wc -l',
      "sh",
      scene.mnt,
    );
    assertEquals(Number(count), 702);
  },
);

mountTest(
  "A mirror keeps few of many directories open, and finds all again",
  async (scene) => {
    const source = await makeSource(scene);
    await inClient(source, ({ mkdir, put }, dir) => {
      for (let i = 0; i < 1500; i++) {
        mkdir(`${dir}/d${i}`);
        put(`${dir}/d${i}/f`, `${i}`);
      }
    });
    await using _session = await scene.mount(new MirrorFS(source), READ_ONLY);
    const before = openFds().size;
    assertEquals(
      await inClient(scene.mnt, ({ content }, mnt) => {
        const all = Array.from({ length: 1500 }, (_, i) => i);
        const orders = [all, all.toReversed(), all.filter((i) => i % 7 === 0)];
        return orders.map((order) =>
          order.every((i) => content(`${mnt}/d${i}/f`) === `${i}`)
        );
      }),
      [true, true, true],
    );
    const kept = openFds().size - before;
    assertEquals(kept > 0 && kept <= 520, true, `${kept} descriptors`);
  },
);
