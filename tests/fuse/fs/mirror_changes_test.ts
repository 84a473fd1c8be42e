/**
 * A mirror whose source changes under it, with everything cached for a minute
 * as by default, and with nothing cached.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { ServeOptions } from "../../../fuse/fs/mod.ts";
import { MirrorFS } from "../../../fuse/fs/mod.ts";
import { output, python } from "../../_support/client.ts";
import { mountTest, type Scene } from "../../_support/mount.ts";

const NO_CACHE = { entryValidMs: 0, attrValidMs: 0 } as const;

const CACHES: readonly (readonly [string, ServeOptions])[] = [
  ["cached", {}],
  ["not cached", NO_CACHE],
];

/** What every script starts with: both sides and a way to replace a file. */
const SIDES = `
source = args[0]
def write(name, text):
    with open(source + "/" + name, "w") as file:
        file.write(text)
def replace(name, text):
    write(name + ".new", text)
    os.rename(source + "/" + name + ".new", source + "/" + name)
`;

/** Runs a script on a mirror of the source that `setUp` filled. */
async function onMirror(
  scene: Scene,
  options: ServeOptions,
  setUp: string,
  script: string,
): Promise<unknown> {
  const source = `${scene.dir}/source`;
  await Deno.mkdir(source);
  await python(scene.mnt, `${SIDES}${setUp}\nsay(None)`, source);
  await using _session = await scene.mount(new MirrorFS(source), {
    readOnly: true,
    ...options,
  });
  return await python(scene.mnt, SIDES + script, source);
}

for (const [how, options] of CACHES) {
  mountTest(
    `A file replaced by rename(2) is opened with its new content, ${how}`,
    async (scene) => {
      const seen = await onMirror(
        scene,
        options,
        `write("file", "first")`,
        `
seen = [read(mnt + "/file")]
for i in range(5):
    replace("file", "replaced %d" % i)
    seen.append(attempt(read, mnt + "/file"))
say(seen)
`,
      );
      const replaced = Array.from({ length: 5 }, (_, i) => `replaced ${i}`);
      assertEquals(seen, ["first", ...replaced]);
    },
  );

  mountTest(
    `A file removed from the source is ENOENT, and found again when it is back, ${how}`,
    async (scene) => {
      const seen = await onMirror(
        scene,
        options,
        `write("file", "first")`,
        `
seen = [read(mnt + "/file")]
os.remove(source + "/file")
seen.append(attempt(read, mnt + "/file"))
write("file", "again")
seen.append(attempt(read, mnt + "/file"))
say(seen)
`,
      );
      assertEquals(seen, ["first", "ENOENT", "again"]);
    },
  );

  mountTest(
    `A file replaced by a directory, and a directory by a file, are what they are now, ${how}`,
    async (scene) => {
      const seen = await onMirror(
        scene,
        options,
        `
write("a", "file")
os.mkdir(source + "/b")
write("b/inner", "inner")
`,
        `
seen = [read(mnt + "/a"), read(mnt + "/b/inner")]
os.remove(source + "/a")
os.mkdir(source + "/a")
write("a/inner", "new inner")
os.remove(source + "/b/inner")
os.rmdir(source + "/b")
write("b", "new file")
# Opening it tells the kernel that what it remembers of a name is over.
os.close(os.open(mnt + "/a", os.O_RDONLY))
seen += [attempt(os.listdir, mnt + "/a"), attempt(read, mnt + "/a/inner"), attempt(read, mnt + "/b")]
say(seen)
`,
      );
      assertEquals(seen, ["file", "inner", ["inner"], "new inner", "new file"]);
    },
  );

  mountTest(
    `A symbolic link replaced by another one leads to the new target, ${how}`,
    async (scene) => {
      const seen = await onMirror(
        scene,
        options,
        `os.symlink("one", source + "/link")`,
        `
seen = [os.readlink(mnt + "/link")]
os.symlink("two", source + "/other")
os.rename(source + "/other", source + "/link")
seen.append(attempt(os.readlink, mnt + "/link"))
say(seen)
`,
      );
      assertEquals(seen, ["one", "two"]);
    },
  );

  mountTest(
    `A directory moved elsewhere is found there with what is in it, ${how}`,
    async (scene) => {
      const seen = await onMirror(
        scene,
        options,
        `
os.makedirs(source + "/a/sub")
os.mkdir(source + "/b")
write("a/sub/file", "content")
`,
        `
seen = [read(mnt + "/a/sub/file")]
os.rename(source + "/a/sub", source + "/b/moved")
seen += [attempt(read, mnt + "/b/moved/file"), attempt(os.listdir, mnt + "/b/moved"),
         attempt(os.listdir, mnt + "/b")]
os.rename(source + "/b", source + "/c")
seen += [attempt(read, mnt + "/c/moved/file")]
say(seen)
`,
      );
      assertEquals(seen, [
        "content",
        "content",
        ["file"],
        ["moved"],
        "content",
      ]);
    },
  );

  mountTest(
    `Of a file with many names all but one may go, ${how}`,
    async (scene) => {
      const seen = await onMirror(
        scene,
        options,
        `
write("a", "content")
for i in range(50):
    os.link(source + "/a", source + "/b%d" % i)
`,
        `
seen = [stat(mnt + "/" + name)["nlink"] for name in ("a", "b0", "b49")]
seen.append(len({stat(mnt + "/b%d" % i)["ino"] for i in range(50)}))
for i in range(50):
    os.remove(source + "/b%d" % i)
seen.append(attempt(read, mnt + "/a"))
os.rename(source + "/a", source + "/c")
seen += [attempt(read, mnt + "/a"), attempt(read, mnt + "/c")]
say(seen)
`,
      );
      assertEquals(seen, [51, 51, 51, 1, "content", "ENOENT", "content"]);
    },
  );

  mountTest(
    `An open file stays what it was when it is replaced or removed, ${how}`,
    async (scene) => {
      const seen = await onMirror(
        scene,
        options,
        `
write("replaced", "first")
write("removed", "first")
`,
        `
fds = [os.open(mnt + "/" + name, os.O_RDONLY) for name in ("replaced", "removed")]
replace("replaced", "the second")
os.remove(source + "/removed")
say([[attempt(lambda: os.fstat(fd).st_size) for fd in fds],
     [attempt(lambda: os.pread(fd, 100, 0).decode()) for fd in fds],
     attempt(read, mnt + "/replaced"), attempt(read, mnt + "/removed")])
`,
      );
      assertEquals(seen, [[5, 5], ["first", "first"], "the second", "ENOENT"]);
    },
  );

  mountTest(
    `A working directory that was moved in the source still works, ${how}`,
    async (scene) => {
      const seen = await onMirror(
        scene,
        options,
        `
os.makedirs(source + "/a/b")
write("a/b/file", "content")
`,
        `
os.chdir(mnt + "/a/b")
os.rename(source + "/a", source + "/z")
say([attempt(read, "file"), attempt(os.listdir, "."), attempt(read, mnt + "/z/b/file")])
`,
      );
      assertEquals(seen, ["content", ["file"], "content"]);
    },
  );

  mountTest(
    `A link swapped in for a directory leads nowhere outside of the source, ${how}`,
    async (scene) => {
      await Deno.mkdir(`${scene.dir}/outside`);
      await Deno.writeTextFile(`${scene.dir}/outside/file`, "secret");
      const seen = await onMirror(
        scene,
        options,
        `
os.makedirs(source + "/a/sub")
write("a/sub/file", "inside")
for i in range(600):
    os.mkdir(source + "/d%d" % i)
    write("d%d/f" % i, "x")
`,
        `
# Not through a link that the caller sees and follows itself.
root = os.open(mnt, os.O_RDONLY)
def inside(path):
    fd = root
    *directories, name = path.split("/")
    for directory in directories:
        fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=fd)
    return os.read(os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=fd), 100).decode()

seen = [inside("a/sub/file")]
fd = os.open(mnt + "/a/sub", os.O_RDONLY)
os.rename(source + "/a", source + "/gone")
os.symlink(os.path.dirname(source) + "/outside", source + "/a")
os.mkdir(source + "/tmp")
os.symlink(os.path.dirname(source) + "/outside", source + "/tmp/sub")
seen.append(attempt(inside, "a/sub/file"))
# So many other directories that the mirror closed this one meanwhile.
for i in range(600):
    read(mnt + "/d%d/f" % i)
seen.append(attempt(inside, "a/sub/file"))
seen.append(attempt(lambda: os.stat("file", dir_fd=fd).st_size))
os.remove(source + "/a")
os.rename(source + "/tmp", source + "/a")
seen.append(attempt(inside, "a/sub/file"))
say(seen)
`,
      ) as unknown[];
      assertEquals(seen[0], "inside");
      // What is open stays usable, wherever it was moved.
      assertEquals(seen[3], "inside".length);
      assertEquals(seen.includes("secret"), false, `${seen}`);
      assertEquals(seen.includes("ESTALE"), false, `${seen}`);
    },
    { programs: ["python3"] },
  );
}

mountTest(
  "What is written to the source is seen at once when nothing is cached",
  async (scene) => {
    const seen = await onMirror(
      scene,
      NO_CACHE,
      `
write("file", "short")
os.mkdir(source + "/sub")
`,
      `
seen = [read(mnt + "/file"), attempt(os.stat, mnt + "/sub/new"), os.listdir(mnt + "/sub")]
write("file", "much longer than before")
write("sub/new", "new")
os.chmod(source + "/file", 0o600)
seen += [read(mnt + "/file"), read(mnt + "/sub/new"), os.listdir(mnt + "/sub"),
         stat(mnt + "/file") == stat(source + "/file")]
write("file", "cut")
seen += [read(mnt + "/file"), stat(mnt + "/file")["size"]]
say(seen)
`,
    );
    assertEquals(seen, [
      "short",
      "ENOENT",
      [],
      "much longer than before",
      "new",
      ["new"],
      true,
      "cut",
      3,
    ]);
  },
);

mountTest(
  "An open directory lists what is there when it is rewound",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(source);
    await Deno.writeTextFile(`${source}/a`, "a");
    await using _session = await scene.mount(new MirrorFS(source), {
      readOnly: true,
    });
    const script = `
fd = os.open(mnt, os.O_RDONLY)
seen = [sorted(os.listdir(fd))]
open(args[0] + "/b", "w").close()
os.remove(args[0] + "/a")
seen.append(sorted(os.listdir(fd)))
say(seen)
`;
    assertEquals(await python(scene.mnt, script, source), [["a"], ["b"]]);
  },
);

mountTest(
  "A source that changes while it is walked disturbs no walk",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(source);
    await using session = await scene.mount(new MirrorFS(source), {
      readOnly: true,
      ...NO_CACHE,
    });
    const change = `
import shutil
for i in range(700):
    d = "%s/d%d" % (mnt, i % 7)
    shutil.rmtree(d, ignore_errors=True)
    os.makedirs(d + "/sub")
    for name in ("x", "y", "sub/z"):
        with open(d + "/" + name, "w") as file:
            file.write(str(i))
    os.rename(d + "/x", d + "/sub/z")
say(None)
`;
    const walk = `
errors = set()
for i in range(20):
    for directory, _, files in os.walk(mnt):
        for name in files:
            result = attempt(read, directory + "/" + name)
            if not result.isdigit() and result != "":
                errors.add(result)
say(list(errors))
`;
    const [, ...walks] = await Promise.all([
      python(source, change),
      python(scene.mnt, walk),
      python(scene.mnt, walk),
    ]);
    // What goes away is gone, and whoever loses the race for a name twice in a
    // row is told so.
    const expected = new Set(["ENOENT", "ENOTDIR", "ESTALE"]);
    assertEquals(walks.flat().filter((error) => !expected.has(error)), []);
    assertEquals(await output("ls", scene.mnt), await output("ls", source));
    assertEquals(session.server.inFlightCount, 0);
  },
);
