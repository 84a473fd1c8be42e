/**
 * Changes through a mirror. Each script runs in a plain directory and in a
 * mirror of another one, and must give the same answers and leave the same
 * tree.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { MountOptions } from "../../../../fuse/mod.ts";
import { F_WRLCK } from "../../../_support/sys/locks.ts";
import { MirrorFS, type ServeOptions } from "../../../../fuse/fs/mod.ts";
import { inClient, output } from "../../../_support/client.ts";
import { ClientProcess, type Sys } from "../../../_support/client_process.ts";
import { mountTest, type Scene } from "../../../_support/mount.ts";
import { SCRIPTS } from "./_scripts.ts";
import { MIRROR_WAYS, type MirrorWay } from "../_mirror_ways.ts";

/** Whether this process can change its user. */
const isRoot = Deno.uid() === 0;

/** Options that allow every user every operation. */
const OPTIONS: MountOptions & ServeOptions = {
  allowOther: true,
  allowDev: true,
  allowSuid: true,
};

/** A function of a client, which starts in a directory. */
type Script = (sys: Sys) => unknown;

/** Runs a script in a directory; returns what it returns, and what is there. */
function runIn(
  dir: string,
  script: Script,
): Promise<[answers: unknown, tree: unknown]> {
  return inClient(dir, (sys, dir, script) => {
    sys.chdir(dir);
    const answers = script(sys);
    const tree = sys.walk(".").map((path) => {
      const attributes = sys.llistxattr(path).sort()
        .map((name) => [name, sys.lgetxattr(path, name)]);
      const about = sys.about(path);
      const type = sys.lstat(path).mode & sys.S_IFMT;
      const content = type === sys.S_IFLNK
        ? sys.readlink(path)
        : type === sys.S_IFREG
        ? sys.content(path)
        : "";
      return [path, about, content, attributes];
    });
    return [answers, tree] as [unknown, unknown];
  }, script);
}

async function onBoth(
  scene: Scene,
  script: Script,
  mountMirror: MirrorWay = MIRROR_WAYS[""]!,
): Promise<void> {
  const [plain, source] = [`${scene.dir}/plain`, `${scene.dir}/source`];
  for (const dir of [plain, source]) {
    await Deno.mkdir(dir);
    await Deno.chmod(dir, 0o777);
  }
  await using _session = await mountMirror(scene, source, OPTIONS);
  const expected = await runIn(plain, script);
  assertEquals(await runIn(scene.mnt, script), expected);
  // What the mirror shows is really there.
  assertEquals((await runIn(source, () => {}))[1], expected[1]);
}

for (const [way, mountMirror] of Object.entries(MIRROR_WAYS)) {
  for (const [what, script] of Object.entries(SCRIPTS)) {
    mountTest(`In a mirror as in its source: ${what}${way}`, async (scene) => {
      await onBoth(scene, script, mountMirror);
    }, { ignore: !isRoot });
  }
}

mountTest(
  "A lock taken in a mirror is seen in its source, and the other way",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(source);
    await Deno.writeTextFile(`${source}/f`, "x".repeat(100));
    const fs = new MirrorFS(source);
    await using _session = await scene.mount(fs, fs.mountOptions);
    const paths = [`${scene.mnt}/f`, `${source}/f`];
    for (const pair of [paths, paths.toReversed()]) {
      await using holder = new ClientProcess();
      const fd = await holder.run(
        (sys, path) => sys.open(path!, sys.O_RDWR),
        pair[0],
      );
      const lock = (type: "F_WRLCK" | "F_UNLCK", start: number, n: number) =>
        holder.run(
          (sys, fd, type, start, n) =>
            void sys.lock(fd, sys.F_SETLK, sys[type], start, n),
          fd,
          type,
          start,
          n,
        );
      /** Returns the results of two processes that want a lock on each file. */
      const wants = async (start: number, n: number) => {
        const want = (path: string) =>
          inClient(
            path,
            (sys, path, start, n) => {
              const fd = sys.open(path, sys.O_RDWR);
              const { F_SETLK, F_WRLCK, lock } = sys;
              return sys.attempt(() =>
                void lock(fd, F_SETLK, F_WRLCK, start, n)
              );
            },
            start,
            n,
          );
        return [await want(pair[0]!), await want(pair[1]!)];
      };
      const wantsFlock = async (kind: "LOCK_SH" | "LOCK_EX") => {
        const want = (path: string) =>
          inClient(path, (sys, path, kind) => {
            const fd = sys.open(path, sys.O_RDWR);
            return sys.attempt(sys.flock, fd, sys[kind] | sys.LOCK_NB);
          }, kind);
        return [await want(pair[0]!), await want(pair[1]!)];
      };
      const busy = ["EAGAIN", "EAGAIN"];
      const free = [null, null];
      await lock("F_WRLCK", 0, 10);
      assertEquals(await wants(1, 5), busy);
      assertEquals(await wants(10, 5), free);
      await lock("F_UNLCK", 0, 5);
      assertEquals(await wants(0, 5), free);
      assertEquals(await wants(5, 5), busy);
      // Any close of the file by the owner drops all of its locks.
      await holder.run(
        (sys, path) => sys.close(sys.open(path!, sys.O_RDONLY)),
        pair[0],
      );
      assertEquals(await wants(0, 0), free);
      await holder.run((sys, fd) => sys.flock(fd, sys.LOCK_SH), fd);
      assertEquals(await wantsFlock("LOCK_SH"), free);
      assertEquals(await wantsFlock("LOCK_EX"), busy);
      await holder.run((sys, fd) => sys.close(fd), fd);
      // The kernel does not wait for the answer to a close: the lock may be
      // late to go.
      for (const path of pair) {
        await inClient(path, (sys, path) => {
          sys.flock(sys.open(path, sys.O_RDWR), sys.LOCK_EX);
        });
      }
    }
  },
);

mountTest(
  "A process that waits for a lock gets it, or can be interrupted",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(source);
    await Deno.writeTextFile(`${source}/f`, "x");
    const fs = new MirrorFS(source);
    await using _session = await scene.mount(fs, fs.mountOptions);
    await using holder = new ClientProcess();
    const fd = await holder.run((sys, mnt) => {
      const fd = sys.open(`${mnt}/f`, sys.O_RDWR);
      sys.lock(fd, sys.F_SETLK, sys.F_WRLCK);
      return fd;
    }, scene.mnt);
    const interrupted = inClient(scene.mnt, (sys, mnt) => {
      const fd = sys.open(`${mnt}/f`, sys.O_RDWR);
      const wait = () => sys.lock(fd, sys.F_SETLKW, sys.F_WRLCK);
      return sys.attempt(sys.interrupted, wait);
    });
    assertEquals(await interrupted, "EINTR");
    await using waiter = new ClientProcess();
    await waiter.run((sys, mnt) => {
      const fd = sys.open(`${mnt}/f`, sys.O_RDWR);
      const lock = sys.lockLater(fd, sys.F_SETLKW, sys.F_WRLCK);
      Object.assign(globalThis, { lock });
    }, scene.mnt);
    await holder.run((sys, fd) => sys.lock(fd, sys.F_SETLK, sys.F_UNLCK), fd);
    const got = waiter.run(() => Reflect.get(globalThis, "lock"));
    assertEquals((await got).type, F_WRLCK);
  },
);

mountTest(
  "Programs that people use leave in a mirror what they leave elsewhere",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(source);
    const fs = new MirrorFS(source);
    await using _session = await scene.mount(fs, fs.mountOptions);
    const script = `
set -e
cd "$1"
git init -q r; cd r; git config user.email a@b; git config user.name n
seq 1000 > numbers; git add .; git commit -qm one; cd ..
git clone -q r c; git -C c fsck --strict
mkdir t; cd t; for i in $(seq 50); do echo $i > f$i; done; ln f1 h; ln -s f2 s; cd ..
tar cf t.tar t; mkdir x; tar xf t.tar -C x; diff -r --no-dereference t x/t
rsync -aHAX t/ y; rsync -aHAXi t/ y > again; test ! -s again
cp -a t z; diff -r --no-dereference t z
for mode in wal delete; do
  sqlite3 $mode.db "pragma journal_mode=$mode; create table t(a); insert into t select value from generate_series(1,1000);" > /dev/null
  test "$(sqlite3 $mode.db 'pragma integrity_check; select count(*) from t')" = "ok
1000"
done
dd if=/dev/urandom of=d bs=64k count=8 oflag=direct status=none; cmp d <(dd if=d iflag=direct bs=64k status=none)
`;
    await output("bash", "-c", script, "bash", scene.mnt);
    await output(
      "bash",
      "-c",
      `cd "$1" && git -C c fsck --strict`,
      "bash",
      source,
    );
  },
  { programs: ["git", "rsync", "sqlite3"] },
);
