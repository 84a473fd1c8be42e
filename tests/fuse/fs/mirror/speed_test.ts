import { assert, assertEquals } from "@std/assert";
import { FUSE_POSIX_LOCKS } from "../../../../fuse/abi/constants.ts";
import { MirrorFS, type Session } from "../../../../fuse/fs/mod.ts";
import { inClient, output } from "../../../_support/client.ts";
import { mountTest } from "../../../_support/mount.ts";

const UNCACHED = { entryValidMs: 0, attrValidMs: 0 };

function counts({ server }: Session, name: string): number {
  return server.stats.byOperation.find(({ opname }) => opname === name)
    ?.count ?? 0;
}

for (const lockingPosix of [false, true]) {
  mountTest(
    `A mirror ${lockingPosix ? "has" : "spares"} the FLUSH of each close(2) ${
      lockingPosix ? "with" : "without"
    } locks`,
    async (scene) => {
      const source = `${scene.dir}/source`;
      await Deno.mkdir(source);
      const fs = new MirrorFS(source);
      await using session = await scene.mount(fs, { lockingPosix });
      const locks = (session.conn.features & FUSE_POSIX_LOCKS) !== 0n;
      assertEquals(locks, lockingPosix);
      await output("sh", "-c", 'echo text > "$0/f" && cat "$0/f"', scene.mnt);
      assertEquals(counts(session, "CREATE"), 1);
      assert(counts(session, "OPEN") >= 1);
      assertEquals(counts(session, "FLUSH") > 0, lockingPosix);
    },
  );
}

mountTest(
  "A mirror lists long directories and every kind of name as its source does",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(`${source}/empty`, { recursive: true });
    await Deno.symlink("nowhere", `${source}/link`);
    for (const name of ["ü".repeat(127), "x".repeat(255), "...", ".hidden"]) {
      await Deno.writeTextFile(`${source}/${name}`, "");
    }
    // Several times what one getdents64(2) takes.
    const make = 'cd "$0" && seq -f "entry-%08.0f" 1 2000 | xargs touch';
    await output("sh", "-c", make, source);
    const bytes = `cd "$0" && printf 'raw-\\377' | xargs -0 touch`;
    await output("sh", "-c", bytes, source);
    await using _session = await scene.mount(new MirrorFS(source), UNCACHED);
    for (const options of [["-aU"], ["-aUi"]]) {
      const list = (dir: string): Promise<string> =>
        output("sh", "-c", `cd "$0" && ls ${options} | grep -v "\\.\\."`, dir);
      const [expected, seen] = [await list(source), await list(scene.mnt)];
      assertEquals(seen, expected, `${options}`);
    }
    // From the middle, and from the top again.
    const [middle, again] = await inClient(scene.mnt, (sys, mnt) => {
      const fd = sys.open(mnt, sys.O_DIRECTORY);
      const names = () => sys.restOf(fd).map(({ name }) => name);
      const all = sys.restOf(fd);
      sys.lseek(fd, all[899]!.off, sys.SEEK_SET);
      const rest = all.slice(900).map(({ name }) => name);
      const same = names().join() === rest.join() && rest.length > 1000;
      sys.lseek(fd, 0, sys.SEEK_SET);
      return [same, names().length];
    });
    assertEquals([middle, again], [true, 2009]);
  },
);

mountTest(
  "A mirror lets a default ACL outdo the umask, and only that",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(source);
    const fs = new MirrorFS(source);
    await using _session = await scene.mount(fs, fs.mountOptions);
    const modes = (dir: string): Promise<number[]> =>
      inClient(dir, (sys, dir) => {
        sys.umask(0o077);
        for (const name of ["plain", "ruled"]) {
          sys.mkdir(`${dir}/${name}`);
          sys.chmod(`${dir}/${name}`, 0o755);
        }
        sys.setAcl(dir + "/ruled", "default", "u::rwx g::rwx m::rwx o::---");
        const found = ["plain", "ruled"].flatMap((name) => {
          const [file, sub] = [`${dir}/${name}/file`, `${dir}/${name}/dir`];
          sys.create(file, sys.O_EXCL, 0o666);
          sys.mkdir(sub, 0o777);
          return [file, sub].map((path) => sys.stat(path).mode & 0o7777);
        });
        for (const name of ["plain", "ruled"]) sys.removeAll(`${dir}/${name}`);
        return found;
      });
    const expected = await modes(source);
    assertEquals(expected, [0o600, 0o700, 0o660, 0o770]);
    assertEquals(await modes(scene.mnt), expected);
  },
);
