import { assert, assertEquals } from "@std/assert";
import { FUSE_POSIX_LOCKS } from "../../../fuse/constants.ts";
import { MirrorFS, type Session } from "../../../fuse/fs/mod.ts";
import { output, python } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";

const NO_PROGRAMS = { programs: [] };
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
    NO_PROGRAMS,
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
    const [middle, again] = await python(
      scene.mnt,
      `
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.opendir.restype = libc.readdir.restype = ctypes.c_void_p
def names(dir, count):
    found = []
    while len(found) < count:
        entry = libc.readdir(ctypes.c_void_p(dir))
        if not entry: break
        found.append(ctypes.string_at(entry + 19).decode("latin-1"))
    return found
dir = libc.opendir(mnt.encode())
names(dir, 900)
libc.telldir.restype = ctypes.c_long
at = libc.telldir(ctypes.c_void_p(dir))
rest = names(dir, 10000)
libc.seekdir(ctypes.c_void_p(dir), ctypes.c_long(at))
middle = names(dir, 10000) == rest and len(rest) > 1000
libc.rewinddir(ctypes.c_void_p(dir))
say([middle, len(names(dir, 10000))])
`,
    );
    assertEquals([middle, again], [true, 2009]);
  },
  { programs: ["python3"] },
);

mountTest(
  "A mirror lets a default ACL outdo the umask, and only that",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(source);
    const fs = new MirrorFS(source);
    await using _session = await scene.mount(fs, fs.mountOptions);
    const modes = (dir: string): Promise<number[]> =>
      python(
        dir,
        `
import struct
NONE = 0xffffffff
entries = [(1, 7, NONE), (4, 7, NONE), (16, 7, NONE), (32, 0, NONE)]
acl = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *e) for e in entries)
os.umask(0o077)
for name in ["plain", "ruled"]:
    os.mkdir(mnt + "/" + name)
    os.chmod(mnt + "/" + name, 0o755)
os.setxattr(mnt + "/ruled", "system.posix_acl_default", acl)
found = []
for name in ["plain", "ruled"]:
    path = mnt + "/" + name + "/"
    os.close(os.open(path + "file", os.O_CREAT | os.O_EXCL, 0o666))
    os.mkdir(path + "dir", 0o777)
    found += [os.stat(path + it).st_mode & 0o7777 for it in ["file", "dir"]]
for name in ["plain", "ruled"]:
    for it in ["file", "dir"]: os.system("rm -r " + mnt + "/" + name + "/" + it)
    os.rmdir(mnt + "/" + name)
say(found)
`,
      );
    const expected = await modes(source);
    assertEquals(expected, [0o600, 0o700, 0o660, 0o770]);
    assertEquals(await modes(scene.mnt), expected);
  },
  { programs: ["python3"] },
);
