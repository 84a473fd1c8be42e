import { assertEquals } from "@std/assert";
import { DT_DIR, DT_REG } from "../../../fuse/mod.ts";
import { generateDynamicInode, type Node } from "../../../fuse/fs/mod.ts";
import { output, python } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import {
  directory,
  file,
  fsOf,
  type SmallNode,
  WAYS,
} from "../../_support/nodes.ts";

/** readdir(3) and its kin, which Python leaves out, through libc. */
const READDIR = `
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
class Dirent(ctypes.Structure):
    _fields_ = [("ino", ctypes.c_uint64), ("off", ctypes.c_int64),
                ("reclen", ctypes.c_ushort), ("type", ctypes.c_ubyte),
                ("name", ctypes.c_char * 256)]
libc.opendir.restype = ctypes.c_void_p
libc.readdir.argtypes = [ctypes.c_void_p]
libc.readdir.restype = ctypes.POINTER(Dirent)
libc.telldir.argtypes = libc.rewinddir.argtypes = [ctypes.c_void_p]
libc.telldir.restype = ctypes.c_long
libc.seekdir.argtypes = [ctypes.c_void_p, ctypes.c_long]

def opendir(path):
    return libc.opendir(os.fsencode(path))

def readdir(d):
    ctypes.set_errno(0)
    entry = libc.readdir(d)
    if entry:
        return os.fsdecode(entry.contents.name)
    if ctypes.get_errno():
        raise OSError(ctypes.get_errno(), "readdir")

def readall(d):
    return list(iter(lambda: readdir(d), None))
`;

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
        const [names, sizes] = await python(
          scene.mnt,
          `
names = os.listdir(mnt)
say([names, sum(os.stat(mnt + "/" + name).st_size for name in names)])
`,
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
      const seen = await python(
        scene.mnt,
        `${READDIR}
def walk(d):
    while entry := libc.readdir(d):
        name, ino = os.fsdecode(entry.contents.name), entry.contents.ino
        yield [name, ino != 0 if name == ".." else str(ino)]
say([list(walk(opendir(mnt + "/" + name))) for name in ("plain", "own", "empty")])
`,
      );
      const [plain, own, empty] = ["plain", "own", "empty"].map((name) =>
        generateDynamicInode(1n, name)
      ) as [bigint, bigint, bigint];
      assertEquals(seen, [
        [[".", `${plain}`], ["..", true], [
          "x",
          `${generateDynamicInode(plain, "x")}`,
        ]],
        [[".", "7"], ["..", true], ["x", `${generateDynamicInode(own, "x")}`]],
        [[".", `${empty}`], ["..", true]],
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
      const seen = await python(
        scene.mnt,
        `${READDIR}
d = opendir(mnt)
first = readall(d)
libc.rewinddir(d)
second = readall(d)
libc.seekdir(d, 0)
third = readall(d)
say([first, second, third, readall(d)])
`,
      );
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
      const [names, again] = await python(
        scene.mnt,
        `${READDIR}
d = opendir(mnt)
names = [readdir(d) for i in range(100)]
attempt(os.stat, mnt + "/change")
names += readall(d)
libc.rewinddir(d)
say([names, len(readall(d))])
`,
      );
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
      const seen = await python(
        scene.mnt,
        `${READDIR}
d = opendir(mnt)
places = []
while True:
    place = libc.telldir(d)
    name = readdir(d)
    if name is None:
        break
    places.append((place, name))
def at(place):
    libc.seekdir(d, place)
    return readdir(d)
say([[at(place), name] for place, name in places[::-97]])
`,
      );
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
        const script = `say(attempt(os.listdir, mnt + "/dir-${i}"))`;
        const seen = await python(scene.mnt, script);
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
      const script =
        `say([[name, read(mnt + "/" + name)] for name in os.listdir(mnt)])`;
      const seen = await python(scene.mnt, script);
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
      const seen = await python(
        scene.mnt,
        `${READDIR}
d = opendir(mnt)
say([attempt(readdir, d), attempt(readdir, d), readall(d)])
`,
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
      await python(scene.mnt, `say(os.listdir(mnt))`);
      assertEquals(lookups, expected, readdirplus);
      await python(
        scene.mnt,
        `say([stat(mnt + "/" + name)["size"] for name in os.listdir(mnt)])`,
      );
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
      const seen = await python(
        scene.mnt,
        `
names = os.listdir(mnt)
say([names, [attempt(read, mnt + "/" + name) for name in names]])
`,
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
    const seen = await python(
      scene.mnt,
      `say([[entry.name, entry.is_file(), entry.is_dir()] for entry in os.scandir(mnt)])`,
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
    const script = `say(attempt(os.listdir, mnt + "/mute"))`;
    assertEquals(await python(scene.mnt, script), "ENOTSUP");
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
  { programs: [] },
);
