import { assertEquals } from "@std/assert";
import { PathFS, type PathOperations } from "../../../fuse/fs/mod.ts";
import { python } from "../../_support/client.ts";
import { mountTest } from "../../_support/mount.ts";
import { rounds } from "../../_support/platform.ts";
import { laterOperations, PathStore } from "../../_support/path_store.ts";

/**
 * Makes the same calls in a mount and in a plain directory, few names so that
 * they meet; says the first difference, then `null`. Four files are kept open
 * all the time, whatever becomes of their names.
 */
const SAME_AS_PLAIN = `
import ctypes, random
seed, count, plain = args
rng = random.Random(seed)
roots = (mnt, plain)
libc = ctypes.CDLL(None, use_errno=True)
held = {root: {} for root in roots}

def exchange(a, b):
    if libc.renameat2(-100, a.encode(), -100, b.encode(), 2):
        raise OSError(ctypes.get_errno(), "renameat2")

def path():
    return "/".join(rng.choices("abcd", k=rng.choice((1, 1, 2, 3))))

def hold(root, slot, p, flags):
    fd = os.open(root + "/" + p, flags | os.O_NOFOLLOW, 0o644)
    if slot in held[root]:
        os.close(held[root].pop(slot))
    held[root][slot] = fd

def fd(root, slot):
    if slot not in held[root]:
        raise OSError(9, "closed")
    return held[root][slot]

def facts(s):
    isdir = s.st_mode & 0o170000 == 0o40000
    return (oct(s.st_mode), 0 if isdir else s.st_nlink, 0 if isdir else s.st_size)

def tree(root):
    found = []
    for directory, dirs, files in os.walk(root):
        for name in sorted(dirs + files):
            p = directory + "/" + name
            s = os.lstat(p)
            text = os.readlink(p) if os.path.islink(p) else read(p) if os.path.isfile(p) else ""
            found.append((p[len(root):], facts(s), text))
    return sorted(found)

def step():
    a, b, slot = path(), path(), rng.randrange(4)
    size, text = rng.randrange(9), bytes([rng.randrange(65, 91)]) * rng.randrange(1, 9)
    at = lambda root, p: root + "/" + p
    return rng.choice([
        lambda r: hold(r, slot, a, os.O_RDWR | os.O_CREAT),
        lambda r: hold(r, slot, a, os.O_RDWR | os.O_CREAT | os.O_EXCL),
        lambda r: hold(r, slot, a, os.O_RDWR | os.O_TRUNC),
        lambda r: os.mkdir(at(r, a)),
        lambda r: os.mkdir(at(r, a)),
        lambda r: os.rmdir(at(r, a)),
        lambda r: os.unlink(at(r, a)),
        lambda r: os.unlink(at(r, a)),
        lambda r: os.rename(at(r, a), at(r, b)),
        lambda r: os.rename(at(r, a), at(r, b)),
        lambda r: os.rename(at(r, a), at(r, b)),
        lambda r: exchange(at(r, a), at(r, b)),
        lambda r: os.link(at(r, a), at(r, b)),
        lambda r: os.symlink("to " + a, at(r, b)),
        lambda r: os.truncate(at(r, a), size),
        lambda r: os.chmod(at(r, a), 0o600 + size),
        lambda r: os.pwrite(fd(r, slot), text, size),
        lambda r: os.pwrite(fd(r, slot), text, size),
        lambda r: os.pread(fd(r, slot), 99, 0).decode("latin-1"),
        lambda r: os.ftruncate(fd(r, slot), size),
        lambda r: facts(os.fstat(fd(r, slot))),
        lambda r: facts(os.lstat(at(r, a))),
        lambda r: os.close(fd(r, slot)) or held[r].pop(slot) and None,
        lambda r: tree(r),
    ])

difference = None
for i in range(count):
    call = step()
    state = rng.getstate()
    seen = []
    for root in roots:
        rng.setstate(state)
        seen.append(attempt(call, root))
    if seen[0] != seen[1]:
        difference = [i, *map(repr, seen)]
        break
for fds in held.values():
    for number in fds.values():
        os.close(number)
if difference is None and tree(mnt) != tree(plain):
    difference = [tree(mnt), tree(plain)]
say([difference, [p for p, _, _ in tree(plain)]])
`;

const COUNT = rounds(1000);

const asIs = <H>(operations: PathOperations<H>): PathOperations<H> =>
  operations;

for (
  const [name, answering, handles, numbers] of [
    ["hiding what is open, at once", asIs, false, true],
    ["hiding what is open, later", laterOperations, false, true],
    ["by handles, at once", asIs, true, true],
    ["by handles, later", laterOperations, true, true],
    ["without inode numbers", laterOperations, false, false],
  ] as const
) {
  mountTest(
    `PathFS does in ${COUNT} random calls what a plain directory does, ${name}`,
    async (scene) => {
      const plain = `${scene.dir}/plain`;
      await Deno.mkdir(plain);
      const store = new PathStore({ handles, numbers });
      const fs = new PathFS(answering(store), {
        unlinked: handles ? "handle" : "hide",
      });
      const session = await scene.mount(fs);
      const [difference, paths] = await python(
        scene.mnt,
        SAME_AS_PLAIN,
        7,
        COUNT,
        plain,
      );
      await session.unmount();
      assertEquals(difference, null);
      // Nothing hidden is left, and nothing lost.
      assertEquals(store.paths, paths.sort());
    },
    { programs: ["python3"] },
  );
}
