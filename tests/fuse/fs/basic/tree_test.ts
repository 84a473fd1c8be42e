import { assertEquals, assertThrows } from "@std/assert";
import { Tree } from "../../../../fuse/fs/mod.ts";
import { inClient, output, run } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";
import { file } from "../../../_support/nodes.ts";

mountTest(
  "Tree shows nodes at their paths, and makes the directories between",
  async (scene) => {
    const tree = new Tree({ "top": file("top"), "a/b/deep": file("deep") });
    tree.add("/a/other", file("other")).add("a/b/\udcff", file("bytes"));
    await using _session = await scene.mount(tree);
    assertEquals(
      await inClient(
        scene.mnt,
        ({ attempt, content, lstat, scandir, ...sys }, mnt) => {
          const seen: unknown[] = [];
          const look = (dir: string): void => {
            const entries = scandir(dir).map(({ name }) => name).sort();
            const isDir = (name: string) =>
              (lstat(`${dir}/${name}`).mode & sys.S_IFMT) === sys.S_IFDIR;
            const { mode, nlink } = lstat(dir);
            const files = entries.filter((name) => !isDir(name));
            seen.push([dir.slice(mnt.length), mode, nlink, files]);
            for (const name of entries.filter(isDir)) look(`${dir}/${name}`);
          };
          look(mnt);
          return [
            seen,
            content(mnt + "/a/b/deep"),
            content(mnt + "/a/b/\udcff"),
            attempt(sys.mkdir, mnt + "/new"),
            attempt(sys.unlink, mnt + "/top"),
          ];
        },
      ),
      [
        [
          ["", 0o40555, 3, ["top"]],
          ["/a", 0o40555, 3, ["other"]],
          ["/a/b", 0o40555, 2, ["deep", "\udcff"]],
        ],
        ...["deep", "bytes", "EPERM", "EPERM"],
      ],
    );
  },
);

mountTest("Tree keeps writable nodes writable", async (scene) => {
  const written: string[] = [];
  const log = file("", {
    setattr: () => {},
    write: ({ data }, response) => {
      written.push(new TextDecoder().decode(data));
      response.size = data.length;
    },
  });
  const tree = new Tree({ "var/log": log });
  await using _session = await scene.mount(tree);
  await output("sh", "-c", 'printf line > "$1/var/log"', "sh", scene.mnt);
  assertEquals(written, ["line"]);
  assertEquals((await run("ls", `${scene.mnt}/none`)).code, 2);
});

const TAKEN = ["a", "a/b", "a/b/c", "/a", "file", "file/below"];

for (const path of TAKEN) {
  Deno.test(`Tree.add() refuses ${path}, which is taken`, () => {
    const tree = new Tree({ "a/b/c": file(""), "file": file("") });
    assertThrows(() => tree.add(path, file("")), RangeError, "already");
  });
}

for (const path of ["", "/", "a//b", "a/", ".", "a/../b", "a/./b", "a\0"]) {
  Deno.test(`Tree.add() refuses ${JSON.stringify(path)}, which is not a path`, () => {
    assertThrows(
      () => new Tree().add(path, file("")),
      RangeError,
      "not a name",
    );
  });
}
