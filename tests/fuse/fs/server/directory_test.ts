import { assertEquals } from "@std/assert";
import { DT_DIR, DT_REG } from "../../../../fuse/mod.ts";
import { generateDynamicInode, type Node } from "../../../../fuse/fs/mod.ts";
import { inClient, output } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import {
  directory,
  file,
  fsOf,
  type SmallNode,
  WAYS,
} from "../../../_support/nodes.ts";

/** The values of the option `readdirplus`. */
const MODES = ["auto", "always", "never"] as const;

function manyFiles(count: number): Record<string, SmallNode> {
  const files = Array.from(
    { length: count },
    (_, i) => [`file-${i}`, file(`${i}`)] as const,
  );
  return Object.fromEntries(files);
}

for (const [when, answering] of WAYS) {
  for (const readdirplus of MODES) {
    mountTest(
      `Handle.readDirAll() that answers ${when} lists 5,000 entries, readdirplus ${readdirplus}`,
      async (scene) => {
        const entries = manyFiles(5000);
        await using session = await scene.mount(
          answering(fsOf(directory(entries))),
          { readdirplus },
        );
        const [names, sizes] = await inClient(
          scene.mnt,
          ({ listdir, stat }, mnt) => {
            const names = listdir(mnt);
            const sizes = names.map((name) => stat(`${mnt}/${name}`).size);
            return [names, sizes.reduce((sum, size) => sum + size)] as const;
          },
        );
        assertEquals(names, Object.keys(entries));
        const bytes = Object.keys(entries).map((name) => name.length - 5);
        assertEquals(sizes, bytes.reduce((sum, length) => sum + length));
        assertEquals(session.server.nodeCount, 5001);
      },
    );
  }

  mountTest(
    `A listing that answers ${when} has . and .. once, and no inode number 0`,
    async (scene) => {
      const root = directory({
        plain: directory({ x: file("x") }),
        own: directory({ x: file("x") }, {
          readDirAll: () => [
            { name: ".", inode: 7n, type: DT_DIR },
            { name: "..", inode: 1n, type: DT_DIR },
            { name: "x", inode: 0n },
          ],
        }),
        empty: directory(),
      });
      await using _session = await scene.mount(answering(fsOf(root)));
      const seen = await inClient(
        scene.mnt,
        ({ open, restOf, O_DIRECTORY }, mnt) =>
          ["plain", "own", "empty"].map((dir) =>
            restOf(open(`${mnt}/${dir}`, O_DIRECTORY))
              .map(({ name, ino }) => [name, name === ".." ? ino !== 0n : ino])
          ),
      );
      const [plain, own, empty] = ["plain", "own", "empty"].map((name) =>
        generateDynamicInode(1n, name)
      ) as [bigint, bigint, bigint];
      assertEquals(seen, [
        [[".", plain], ["..", true], ["x", generateDynamicInode(plain, "x")]],
        [[".", 7n], ["..", true], ["x", generateDynamicInode(own, "x")]],
        [[".", empty], ["..", true]],
      ]);
    },
  );

  mountTest(
    `A listing that answers ${when} is read again from the top, and only then`,
    async (scene) => {
      let listings = 0;
      const root = directory({}, {
        readDirAll: () => [{ name: `listing-${++listings}` }, { name: "same" }],
      });
      await using _session = await scene.mount(answering(fsOf(root)), {
        readdirplus: "never",
      });
      const seen = await inClient(scene.mnt, (sys, mnt) => {
        const fd = sys.open(mnt, sys.O_DIRECTORY);
        const names = () => sys.restOf(fd).map(({ name }) => name);
        const top = () => sys.lseek(fd, 0, sys.SEEK_SET);
        return [names(), (top(), names()), (top(), names()), names()];
      });
      const listed = (
        n: number,
      ): string[] => [".", "..", `listing-${n}`, "same"];
      assertEquals(seen, [listed(1), listed(2), listed(3), []]);
    },
  );

  mountTest(
    `A listing that answers ${when} is stable while the directory changes`,
    async (scene) => {
      const entries = manyFiles(2000);
      let changed = false;
      const root = directory(entries, {
        lookup: (name) => {
          if (name !== "change") return entries[name];
          changed = true;
          for (let i = 0; i < 2000; i += 2) delete entries[`file-${i}`];
          return undefined;
        },
      });
      const before = Object.keys(entries);
      await using _session = await scene.mount(answering(fsOf(root)), {
        readdirplus: "never",
      });
      const [names, again] = await inClient(scene.mnt, (sys, mnt) => {
        const fd = sys.open(mnt, sys.O_DIRECTORY);
        const some = sys.getdents(fd, 4096);
        sys.attempt(sys.stat, mnt + "/change");
        const names = [...some, ...sys.restOf(fd)].map(({ name }) => name);
        sys.lseek(fd, 0, sys.SEEK_SET);
        return [names, sys.restOf(fd).length] as const;
      });
      assertEquals(changed, true);
      assertEquals(names, [".", "..", ...before]);
      assertEquals(again, 1002);
    },
  );

  mountTest(
    `seekdir(3) goes back to any entry of a listing that answers ${when}`,
    async (scene) => {
      const entries = manyFiles(1000);
      await using _session = await scene.mount(
        answering(fsOf(directory(entries))),
      );
      const seen = await inClient(scene.mnt, (sys, mnt) => {
        const fd = sys.open(mnt, sys.O_DIRECTORY);
        const all = sys.restOf(fd);
        const placed = all.map(({ name }, i) =>
          [all[i - 1]?.off ?? 0, name] as const
        );
        return placed.reverse().filter((_, i) => i % 97 === 0)
          .map(([place, name]) => {
            sys.lseek(fd, place, sys.SEEK_SET);
            return [sys.getdents(fd)[0]!.name, name] as const;
          });
      });
      assertEquals(seen.length, 11);
      for (const [found, expected] of seen) assertEquals(found, expected);
    },
  );

  mountTest(
    `An entry whose name cannot be is EIO and reported once, ${when}`,
    async (scene) => {
      const bad = ["a/b", "", "nul\0", "x".repeat(256), "é".repeat(128)];
      const root = directory(Object.fromEntries(
        bad.map((name, i) => [
          `dir-${i}`,
          directory({}, {
            readDirAll: () => [{ name: "good" }, { name }],
            lookup: () => file("x"),
          }),
        ]),
      ));
      await using session = await scene.mount(answering(fsOf(root)), {
        readdirplus: "always",
      });
      for (const [i, name] of bad.entries()) {
        const seen = await inClient(
          scene.mnt,
          ({ attempt, listdir }, mnt, i) => attempt(listdir, `${mnt}/dir-${i}`),
          i,
        );
        assertEquals(seen, "EIO", JSON.stringify(name));
        assertEquals(scene.takeErrors().length, 1, JSON.stringify(name));
      }
      // What was looked up for the listings that failed has been taken back.
      assertEquals(session.server.nodeCount, 1 + bad.length);
    },
  );

  mountTest(
    `Names of 255 bytes are listed and found, ${when}`,
    async (scene) => {
      const long = ["x".repeat(255), "é".repeat(127), "\udcff".repeat(255)];
      const entries = Object.fromEntries(long.map((name) => [name, file("x")]));
      await using _session = await scene.mount(
        answering(fsOf(directory(entries))),
        {
          readdirplus: "always",
        },
      );
      const seen = await inClient(
        scene.mnt,
        ({ content, listdir }, mnt) =>
          listdir(mnt).map((name) => [name, content(`${mnt}/${name}`)]),
      );
      assertEquals(seen, long.map((name) => [name, "x"]));
    },
  );

  mountTest(
    `An error of readDirAll() that answers ${when} reaches the reader, who may try again`,
    async (scene) => {
      let asked = 0;
      const root = directory({}, {
        readDirAll: () => {
          if (++asked < 3) throw new Deno.errors.Busy();
          return [{ name: "x" }];
        },
      });
      await using _session = await scene.mount(answering(fsOf(root)));
      const seen = await inClient(
        scene.mnt,
        ({ attempt, getdents, open, restOf, O_DIRECTORY }, mnt) => {
          const fd = open(mnt, O_DIRECTORY);
          const tries = [attempt(getdents, fd), attempt(getdents, fd)];
          return [...tries, restOf(fd).map(({ name }) => name)];
        },
      );
      assertEquals(seen, ["EBUSY", "EBUSY", [".", "..", "x"]]);
    },
  );
}

mountTest(
  "readdirplus looks every entry up at once, or leaves it to stat(2)",
  async (scene) => {
    for (
      const [readdirplus, expected] of [["always", 3], ["never", 0]] as const
    ) {
      const entries = manyFiles(3);
      let lookups = 0;
      const root = directory(entries, {
        lookup: (name) => (lookups++, entries[name]),
      });
      await using _session = await scene.mount(fsOf(root), { readdirplus });
      await inClient(scene.mnt, ({ listdir }, mnt) => void listdir(mnt));
      assertEquals(lookups, expected, readdirplus);
      await inClient(scene.mnt, ({ listdir, stat }, mnt) => {
        for (const name of listdir(mnt)) stat(`${mnt}/${name}`);
      });
      assertEquals(lookups % 3, 0);
      // All cached, or each asked for once.
      assertEquals(lookups, readdirplus === "always" ? lookups : 3);
    }
  },
);

mountTest(
  "An entry that cannot be looked up is listed all the same",
  async (scene) => {
    const root = directory({}, {
      readDirAll: () => ["a", "broken", "gone", "z"].map((name) => ({ name })),
      lookup: (name) => {
        if (name === "broken") throw new Deno.errors.PermissionDenied();
        return name === "gone" ? undefined : file(name);
      },
    });
    for (const [when, answering] of WAYS) {
      await using _session = await scene.mount(answering(fsOf(root)), {
        readdirplus: "always",
      });
      const seen = await inClient(
        scene.mnt,
        ({ attempt, content, listdir }, mnt) => {
          const names = listdir(mnt);
          return [
            names,
            names.map((name) => attempt(content, `${mnt}/${name}`)),
          ];
        },
      );
      assertEquals(seen, [
        ["a", "broken", "gone", "z"],
        ["", "EACCES", "ENOENT", ""].map((error, i) => error || "abcz"[i]),
      ], when);
    }
  },
  { ignore: false },
);

mountTest(
  "The types of a listing's entries spare find(1) the stat(2)",
  async (scene) => {
    let lookups = 0;
    const root: SmallNode = directory({}, {
      readDirAll: () => [
        { name: "a", type: DT_REG },
        { name: "b", type: DT_REG },
      ],
      lookup: () => void lookups++,
    });
    await using _session = await scene.mount(fsOf(root), {
      readdirplus: "never",
    });
    const seen = await inClient(
      scene.mnt,
      ({ scandir, DT_DIR, DT_REG }, mnt) =>
        scandir(mnt).map((
          { name, type },
        ) => [name, type === DT_REG, type === DT_DIR]),
    );
    assertEquals(seen, [["a", true, false], ["b", true, false]]);
    assertEquals(lookups, 0);
  },
);

mountTest(
  "A directory without readDirAll() is refused with EOPNOTSUPP",
  async (scene) => {
    const mute: Node = { attr: (attr) => void (attr.mode = 0o40755) };
    await using _session = await scene.mount(fsOf(directory({ mute })));
    assertEquals(
      await inClient(
        scene.mnt,
        ({ attempt, listdir }, mnt) => attempt(listdir, mnt + "/mute"),
      ),
      "EOPNOTSUPP",
    );
  },
);

mountTest(
  "Handle.release() is called when a directory is closed",
  async (scene) => {
    const released = Promise.withResolvers<void>();
    const root = directory({ x: file("x") }, {
      release: () => released.resolve(),
    });
    await using session = await scene.mount(fsOf(root));
    assertEquals(await output("ls", scene.mnt), "x\n");
    await released.promise;
    assertEquals(session.server.handleCount, 0);
  },
);
