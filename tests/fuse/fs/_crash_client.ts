/**
 * Changes a file system until its server is killed, and finds out later
 * whether what it then holds is what it may hold.
 *
 * @module
 */

/**
 * A Python script. Its arguments are the mount point, and a directory elsewhere
 * where it keeps what it did.
 *
 * Before each change it notes what it is about to do, and after each fsync(2)
 * that it returned. When it starts, the tree must be exactly as it was after
 * some of the changes that it noted last time, none before the last fsync(2)
 * left out: it says what is wrong if that is not so. Otherwise it goes on, says
 * "stored" after each fsync(2), and ends when the server is gone.
 */
export const CRASH_CLIENT = `
import hashlib, json, os, pickle, random, sys

mnt, where = sys.argv[1:]
NAMES = ["file%d" % i for i in range(12)] + ["d%d/%d" % (i, j) for i in (1, 2) for j in range(4)]
PAGE = 4096

def say(value): print(value, flush=True)

class Model:
    """What the tree should be."""
    def __init__(self, files): self.files = files
    def apply(self, what, name, *rest):
        files = self.files
        if what == "create": files[name] = dict(data=bytearray(), x=None)
        elif what == "write":
            at, seed, size = rest
            data = files[name]["data"]
            if len(data) < at: data.extend(bytes(at - len(data)))
            data[at:at + size] = random.Random(seed).randbytes(size)
        elif what == "truncate":
            data, size = files[name]["data"], rest[0]
            if size < len(data): del data[size:]
            else: data.extend(bytes(size - len(data)))
        elif what == "unlink": del files[name]
        elif what == "link": files[rest[0]] = files[name]
        elif what == "rename":
            if files.get(rest[0]) is not files[name]: files[rest[0]] = files.pop(name)
        elif what == "setxattr": files[name]["x"] = rest[0]
    def snapshot(self):
        same = {}
        for name in sorted(self.files): same.setdefault(id(self.files[name]), name)
        return {name: [hashlib.md5(file["data"]).hexdigest(), file["x"], same[id(file)]]
                for name, file in self.files.items()}

def execute(what, name, *rest):
    path = mnt + "/" + name
    if what == "create": os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    elif what == "write":
        fd = os.open(path, os.O_WRONLY)
        at, seed, size = rest
        os.pwrite(fd, random.Random(seed).randbytes(size), at)
        os.close(fd)
    elif what == "truncate": os.truncate(path, rest[0])
    elif what == "unlink": os.unlink(path)
    elif what == "link": os.link(path, mnt + "/" + rest[0])
    elif what == "rename": os.rename(path, mnt + "/" + rest[0])
    elif what == "setxattr": os.setxattr(path, "user.x", rest[0].encode())
    elif what == "fsync":
        fd = os.open(path, os.O_RDONLY)
        os.fsync(fd)
        os.close(fd)

def found():
    """What the tree is."""
    files, by_inode = {}, {}
    for name in NAMES:
        path = mnt + "/" + name
        if not os.path.exists(path): continue
        inode = os.stat(path).st_ino
        if inode not in by_inode:
            data = bytearray(open(path, "rb").read())
            x = os.getxattr(path, "user.x").decode() if os.listxattr(path) else None
            by_inode[inode] = dict(data=data, x=x)
        files[name] = by_inode[inode]
    return Model(files)

def check(model):
    """Returns what is wrong with what is there."""
    if not os.path.exists(where + "/start"): return
    with open(where + "/start", "rb") as file: expected = Model(pickle.load(file))
    with open(where + "/log") as file: log = [json.loads(line) for line in file]
    acked = max((i for i, entry in enumerate(log) if entry[0] == "ack"), default=-1)
    here = model.snapshot()
    for i in range(len(log) + 1):
        if i > acked and expected.snapshot() == here: return
        if i < len(log): expected.apply(*log[i])
    return "%d changes, fsync(2) after %d; the tree is none of those after it: %s instead of %s" % (
        len(log), acked, here, expected.snapshot())

def choose(rng, files):
    name = rng.choice(NAMES)
    if name not in files: return ["create", name]
    what = rng.choice(("write", "write", "write", "truncate", "unlink", "link", "rename", "setxattr", "fsync"))
    # In whole pages, so that each is one request.
    if what == "write": return [what, name, rng.randrange(40) * PAGE, rng.randrange(2**30), rng.randrange(1, 17) * PAGE]
    if what == "truncate": return [what, name, rng.randrange(200000)]
    if what == "setxattr": return [what, name, "x" * rng.randrange(100)]
    if what in ("link", "rename"):
        other = rng.choice(NAMES)
        return [what, name, other] if what == "rename" or other not in files else ["fsync", name]
    return [what, name]

def go_on(model):
    rng = random.Random()
    with open(where + "/start", "wb") as file: pickle.dump(model.files, file)
    with open(where + "/log", "w", buffering=1) as log:
        note = lambda entry: log.write(json.dumps(entry) + "\\n")
        while True:
            change = choose(rng, model.files)
            if change[0] != "fsync": note(change)
            try: execute(*change)
            except OSError: return
            if change[0] == "fsync":
                note(["ack", ""])
                say("stored")
            else: model.apply(*change)

for name in ("d1", "d2"): os.makedirs(mnt + "/" + name, exist_ok=True)
fd = os.open(mnt, os.O_RDONLY)
os.fsync(fd)
os.close(fd)
model = found()
wrong = check(model)
if wrong: say(wrong)
else: go_on(model)
`;
