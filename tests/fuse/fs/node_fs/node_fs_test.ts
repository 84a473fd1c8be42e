import { assert, assertEquals } from "@std/assert";
import * as promises from "node:fs/promises";
import { fromNodeFS, type NodeFS } from "../../../../fuse/fs/mod.ts";
import { inClient, output, run } from "../../../_support/client.ts";
import type { Sys } from "../../../_support/client_process.ts";
import { mountTest } from "../../../_support/mount.ts";

/** The part of the package that a test uses. */
interface Memfs {
  createFsFromVolume(volume: unknown): { promises: NodeFS };
  Volume: new () => { toJSON(): Record<string, string> };
}

/** The package, where npm can be reached or has been. */
const PACKAGE = "npm:memfs@3.5.3";
// deno-lint-ignore no-top-level-await -- whether a test is skipped is said first
const memfs: Memfs | undefined = await import(PACKAGE).catch(() => undefined);

/** Writes, links, renames and removes; tells what it saw. */
/** Does all that a file system of Node's functions can. */
function useAll(sys: Sys, mnt: string): unknown {
  const { attempt, content, latin1, mkdir, pread, stat, unlink } = sys;
  sys.umask(0);
  mkdir(mnt + "/sub", 0o750);
  const made = sys.open(mnt + "/sub/file", sys.O_CREAT | sys.O_RDWR, 0o666);
  sys.writeAll(made, "content".repeat(1000));
  sys.ftruncate(made, 7);
  sys.fchmod(made, 0o640);
  sys.rename(mnt + "/sub/file", mnt + "/file");
  const kept = latin1(pread(made, 10_000, 0));
  sys.close(made);
  sys.link(mnt + "/file", mnt + "/second");
  sys.symlink("/file", mnt + "/link");
  sys.utime(
    mnt + "/file",
    1_700_000_000_000_000_000n,
    1_600_000_000_123_000_000n,
  );
  const [a, b] = [stat(mnt + "/file"), stat(mnt + "/second")];
  const fd = sys.open(mnt + "/second", sys.O_RDWR);
  unlink(mnt + "/second");
  unlink(mnt + "/file");
  sys.write(fd, "CON");
  const gone = [latin1(pread(fd, 100, 0)), sys.fstat(fd).size];
  sys.close(fd);
  sys.put(mnt + "/new", "x");
  return {
    kept,
    link: sys.readlink(mnt + "/link"),
    same: a.ino === b.ino,
    seen: [a.nlink, a.mode, a.size, a.mtime],
    gone,
    dir: stat(mnt + "/sub").mode,
    names: sys.listdir(mnt).sort(),
    errors: [
      attempt(mkdir, mnt + "/sub"),
      attempt(sys.rmdir, mnt + "/new"),
      attempt(content, mnt + "/file"),
      attempt(sys.mkfifo, mnt + "/pipe"),
      attempt(sys.setxattr, mnt + "/new", "user.x", "y"),
    ],
  };
}

const SEEN = {
  kept: "content",
  link: "/file",
  same: true,
  seen: [2, 0o100640, 7, 1_600_000_000_123_000_000n],
  gone: ["CONtent", 7],
  dir: 0o40750,
  names: ["link", "new", "sub"],
  errors: ["EEXIST", "ENOTDIR", "ENOENT", "EPERM", "EOPNOTSUPP"],
};

mountTest("fromNodeFS() mounts npm:memfs", async (scene) => {
  const volume = new memfs!.Volume();
  const fs = fromNodeFS(memfs!.createFsFromVolume(volume));
  await using _session = await scene.mount(fs, fs.mountOptions);
  assertEquals(await inClient(scene.mnt, useAll), SEEN);
  // A link that leads nowhere is not shown.
  assertEquals(volume.toJSON(), { "/new": "x", "/sub": null });
}, { ignore: memfs === undefined });

mountTest(
  "fromNodeFS() mounts a directory through node:fs/promises",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(source);
    const fs = fromNodeFS(promises, { root: `${source}/` });
    await using _session = await scene.mount(fs, fs.mountOptions);
    const umask = Deno.umask(0);
    try {
      assertEquals(await inClient(scene.mnt, useAll), SEEN);
    } finally {
      Deno.umask(umask);
    }
    assertEquals(await output("ls", source), "link\nnew\nsub\n");
    assertEquals(await output("cat", `${source}/new`), "x");
    const blocks = Number(await output("stat", "-fc", "%b", scene.mnt));
    assert(blocks > 0);
  },
);

/** A reader of an archive. */
class Archive implements NodeFS {
  readonly #files: Readonly<Record<string, string>>;

  constructor(files: Readonly<Record<string, string>>) {
    this.#files = files;
  }

  #isDirectory(path: string): boolean {
    const prefix = path === "/" ? path : `${path}/`;
    return Object.keys(this.#files).some((it) => it.startsWith(prefix));
  }

  stat(path: string) {
    const isDirectory = this.#isDirectory(path);
    const content = this.#files[path];
    if (!isDirectory && content === undefined) {
      throw Object.assign(new Error(path), { code: "ENOENT" });
    }
    return {
      size: content?.length ?? 0,
      mtime: new Date(1_234_567_890_123),
      isDirectory: () => isDirectory,
    };
  }

  readdir(path: string): Set<string> {
    const prefix = path === "/" ? path : `${path}/`;
    return new Set(
      Object.keys(this.#files).filter((it) => it.startsWith(prefix))
        .map((it) => it.slice(prefix.length).split("/")[0]!),
    );
  }

  readFile(path: string): Uint8Array {
    return new TextEncoder().encode(this.#files[path]);
  }
}

mountTest(
  "fromNodeFS() mounts a reader of archives read-only",
  async (scene) => {
    const archive = new Archive({ "/read.me": "text", "/a/b/c": "deep" });
    const fs = fromNodeFS(archive);
    await using _session = await scene.mount(fs, fs.mountOptions);
    const listing = await output(
      "find",
      scene.mnt,
      "-printf",
      "%y %m %s %T@ %P\n",
    );
    const time = "1234567890.1230000000";
    assertEquals(listing.trim().split("\n").sort(), [
      `d 555 0 ${time} `,
      `d 555 0 ${time} a`,
      `d 555 0 ${time} a/b`,
      `f 444 4 ${time} a/b/c`,
      `f 444 4 ${time} read.me`,
    ]);
    assertEquals(await output("cat", `${scene.mnt}/a/b/c`), "deep");
    const { code, stderr } = await run("touch", `${scene.mnt}/new`);
    assertEquals(code, 1);
    assert(stderr.includes("Read-only file system"), stderr);
  },
  { programs: ["find"] },
);
