/**
 * Random system calls on two directories, which must answer alike.
 *
 * Each call is made in both, by one of several users, and compared: result or
 * errno, whether times of what it touched changed, and now and then the whole
 * tree. Few names, so that calls meet each other.
 *
 * @module
 */

/**
 * A Python script for `python` of the clients: `mnt` is one directory, the
 * arguments are the other one, the seed, and how many calls to make. It says
 * `null`, or the first difference.
 */
export const RANDOM_OPERATIONS = `
import ctypes, fcntl, random, stat as st, struct

other, seed, count = args
rng = random.Random(seed)
roots = (mnt, other)
libc = ctypes.CDLL(None, use_errno=True)
USERS = ((0, 0, []), (1000, 1000, [1000, 2000]), (1001, 1001, [1001]))
NAMES = ("a", "b", "c", "d", "e", "\\u00e9", "n" * 255, "n" * 256, "\\U0001f600" * 64)
WEIGHTS = (20, 20, 20, 15, 15, 5, 2, 1, 1)
XATTRS = ("user.x", "user.y", "trusted.t", "security.s", "user.", "bad.z",
          "user." + "n" * 250, "user." + "n" * 251)
fds = {}
promised = set()

def check(result):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result

def renameat2(old, new, flags):
    libc.renameat2(-100, old.encode(), -100, new.encode(), flags) and check(-1)

def fallocate(fd, mode, offset, length):
    check(libc.fallocate(fd, mode, ctypes.c_long(offset), ctypes.c_long(length)))

def path(depth=3):
    return "/".join(rng.choices(NAMES, WEIGHTS, k=rng.choice((1, 1, 2, 2, depth))))

def acl():
    perm = lambda: rng.randrange(8)
    entries = [(1, perm(), 0xffffffff), (4, perm(), 0xffffffff), (32, perm(), 0xffffffff)]
    if rng.random() < .7:
        entries += [(16, perm(), 0xffffffff), (2, perm(), rng.choice((1000, 1001)))]
        if rng.random() < .5:
            entries.append((8, perm(), 2000))
    if rng.random() < .05:
        entries.pop()
    entries.sort()
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *e) for e in entries)

def opened(root, number):
    if (root, number) not in fds:
        raise OSError(9, "closed")
    return fds[root, number]

def keep(root, number, fd):
    if (root, number) in fds:
        os.close(fds[root, number])
    fds[root, number] = fd

def remove_all(top):
    for directory, subdirs, files in os.walk(top, topdown=False):
        for name in files: os.unlink(os.path.join(directory, name))
        for name in subdirs:
            p = os.path.join(directory, name)
            os.unlink(p) if os.path.islink(p) else os.rmdir(p)

def position():
    return rng.choice((0, 1, 4095, 4096, 5000, 8192, 100000, 2**21 - 5, 2**21, 3 * 2**21 + 1))

def length():
    return rng.choice((0, 1, 10, 4096, 4097, 10000, 70000))

# Each returns a function of a root, which does it there.
def op_create():
    p, number = path(), rng.randrange(6)
    flags = os.O_RDWR | rng.choice((0, os.O_CREAT, os.O_CREAT | os.O_EXCL, os.O_CREAT | os.O_TRUNC, os.O_TRUNC))
    flags |= rng.choice((0, 0, 0, os.O_APPEND, os.O_NOFOLLOW))
    mode = rng.randrange(0o10000)
    return [p], lambda root: keep(root, number, os.open(root + "/" + p, flags | os.O_NONBLOCK, mode))
def op_open():
    p, number = path(), rng.randrange(6)
    flags = rng.choice((os.O_RDONLY, os.O_WRONLY, os.O_RDWR, os.O_RDONLY | os.O_TRUNC, os.O_WRONLY | os.O_TRUNC))
    return [p], lambda root: keep(root, number, os.open(root + "/" + p, flags | os.O_NONBLOCK))
def op_tmpfile():
    p, number, mode = path(2), rng.randrange(6), rng.randrange(0o1000)
    flags = os.O_RDWR | os.O_TMPFILE | rng.choice((0, os.O_EXCL))
    return [p], lambda root: keep(root, number, os.open(root + "/" + p, flags | os.O_NONBLOCK, mode))
def op_linkfd():
    p, number = path(), rng.randrange(6)
    def link(root):
        fd = b"/proc/self/fd/%d" % opened(root, number)
        check(libc.linkat(-100, fd, -100, (root + "/" + p).encode(), 0x400))
    return [p], link
def op_close():
    number = rng.randrange(6)
    return [], lambda root: os.close(fds.pop((root, number))) if (root, number) in fds else None
def op_write():
    number, at, data = rng.randrange(6), position(), rng.randbytes(length())
    return [], lambda root: os.pwrite(opened(root, number), data, at)
def op_append():
    number, data = rng.randrange(6), rng.randbytes(length())
    return [], lambda root: os.write(opened(root, number), data)
def op_read():
    number, at, size = rng.randrange(6), position(), rng.choice((1, 5000, 200000))
    return [], lambda root: os.pread(opened(root, number), size, at).hex()
def op_ftruncate():
    number, size = rng.randrange(6), position()
    return [], lambda root: os.ftruncate(opened(root, number), size)
def op_truncate():
    p, size = path(), position()
    # Whether the same size is a change differs among file systems.
    return [], lambda root: os.truncate(root + "/" + p, size)
def op_huge():
    p = path()
    return [p], lambda root: (os.truncate(root + "/" + p, 2**40), os.truncate(root + "/" + p, 5)) and None
def op_fallocate():
    number, mode, at, size = rng.randrange(6), rng.choice((0, 1, 3, 3, 2, 0x40)), position(), rng.choice((0, 1, 4096, 8192, 10000, 2**21))
    def allocate(root):
        fd = opened(root, number)
        promised.add((root, os.fstat(fd).st_ino))
        fallocate(fd, mode, at, size)
    return [], allocate
def op_seek():
    number, at, whence = rng.randrange(6), position(), rng.choice((os.SEEK_DATA, os.SEEK_HOLE))
    def seek(root):
        fd = opened(root, number)
        s = os.fstat(fd)
        # In a directory it is the kernel's own business; and tmpfs takes a page
        # for data that was promised and then cleared in part.
        if st.S_ISDIR(s.st_mode) or (root, s.st_ino) in promised: raise OSError(9, "who knows")
        here = os.lseek(fd, 0, os.SEEK_CUR)
        try: return os.lseek(fd, at, whence)
        finally: os.lseek(fd, here, os.SEEK_SET)
    return [], seek
def op_copy():
    a, b, at, to, data = rng.randrange(6), rng.randrange(6), position(), position(), rng.randbytes(rng.choice((1, 5000, 2**20)))
    def copy(root):
        source, target = opened(root, a), opened(root, b)
        # tmpfs copies a hole as zeros: let there be none.
        if fcntl.fcntl(source, fcntl.F_GETFL) & os.O_APPEND: raise OSError(9, "elsewhere")
        os.pwrite(source, data, at)
        return os.copy_file_range(source, target, len(data), at, to)
    return [], copy
def op_fstat():
    number = rng.randrange(6)
    return [], lambda root: describe(os.fstat(opened(root, number)))
def op_fchmod():
    number, mode = rng.randrange(6), rng.randrange(0o10000)
    return [], lambda root: os.fchmod(opened(root, number), mode)
def op_mkdir():
    p, mode = path(), rng.choice((0o755, 0o777, 0o2777, 0o1777, 0o700))
    return [p], lambda root: os.mkdir(root + "/" + p, mode)
def op_rmdir():
    p = path()
    return [p], lambda root: os.rmdir(root + "/" + p)
def op_unlink():
    p = path()
    return [p], lambda root: os.unlink(root + "/" + p)
def op_symlink():
    p, target = path(), path()
    return [p], lambda root: os.symlink(target, root + "/" + p)
def op_readlink():
    p = path()
    return [p], lambda root: os.readlink(root + "/" + p)
def op_link():
    p, q = path(), path()
    return [p, q], lambda root: os.link(root + "/" + p, root + "/" + q, follow_symlinks=False)
def op_rename():
    p, q = path(), path()
    return [p, q], lambda root: os.rename(root + "/" + p, root + "/" + q)
def op_renameat2():
    p, q, flags = path(), path(), rng.choice((1, 2, 2, 3, 4, 5, 8))
    return [p, q], lambda root: renameat2(root + "/" + p, root + "/" + q, flags)
def op_mknod():
    p = path()
    mode = rng.choice((st.S_IFIFO, st.S_IFSOCK, st.S_IFCHR, st.S_IFBLK, st.S_IFREG)) | rng.randrange(0o10000)
    return [p], lambda root: os.mknod(root + "/" + p, mode, os.makedev(1234, 70000))
def op_chmod():
    p, mode = path(), rng.randrange(0o10000)
    return [p], lambda root: os.chmod(root + "/" + p, mode)
def op_chown():
    p, uid, gid = path(), rng.choice((-1, 0, 1000, 1001)), rng.choice((-1, 0, 1000, 1001))
    # The kernel does not tell this to FUSE as what it is.
    if uid == gid == -1: uid = 0
    return [p], lambda root: os.chown(root + "/" + p, uid, gid, follow_symlinks=rng_follow)
def op_utime():
    p, a, m = path(), rng.randrange(-2**33, 2**33) * 10**9 + 7, rng.randrange(-2**31, 2**33) * 10**9 + 999999999
    return [p], lambda root: os.utime(root + "/" + p, ns=(a, m)) or os.stat(root + "/" + p).st_mtime_ns
def op_setxattr():
    p, name, value, flags = path(), rng.choice(XATTRS), rng.randbytes(rng.choice((0, 5, 5000))), rng.choice((0, 0, 1, 2))
    return [p], lambda root: os.setxattr(root + "/" + p, name, value, flags)
def op_removexattr():
    p, name = path(), rng.choice(XATTRS + ("system.posix_acl_access", "system.posix_acl_default"))
    return [p], lambda root: os.removexattr(root + "/" + p, name)
def op_getxattr():
    p, name = path(), rng.choice(XATTRS)
    return [p], lambda root: os.getxattr(root + "/" + p, name).hex()
def op_listxattr():
    p = path()
    return [p], lambda root: sorted(os.listxattr(root + "/" + p))
def op_acl():
    p, name, value = path(), rng.choice(("access", "default")), acl()
    return [p], lambda root: os.setxattr(root + "/" + p, "system.posix_acl_" + name, value)
def op_access():
    p, mode = path(), rng.randrange(8)
    return [p], lambda root: os.access(root + "/" + p, mode, effective_ids=True)
def op_listdir():
    p = path(2)
    return [p], lambda root: sorted(os.listdir(root + "/" + p))
def op_umask():
    mask = rng.choice((0, 0o22, 0o77, 0o777))
    return [], lambda root: (os.umask(mask), None)[1]

OPERATIONS = [value for name, value in sorted(globals().items()) if name.startswith("op_")]

def describe(s):
    isdir = st.S_ISDIR(s.st_mode)
    isreg = st.S_ISREG(s.st_mode)
    return [oct(s.st_mode), s.st_uid, s.st_gid, s.st_nlink, s.st_rdev,
            None if isdir else s.st_size, s.st_blocks if isreg else None]

def tree(root):
    found, numbers = {}, {}
    for directory, subdirs, files in os.walk(root):
        for name in sorted(subdirs + files):
            p = os.path.join(directory, name)
            s = os.lstat(p)
            about = describe(s) + [numbers.setdefault(s.st_ino, p[len(root):])]
            about.append(sorted((x, os.getxattr(p, x, follow_symlinks=False).hex())
                                for x in os.listxattr(p, follow_symlinks=False)))
            if st.S_ISREG(s.st_mode) and s.st_size < 2**24: about.append(hash(open(p, "rb").read()))
            if st.S_ISLNK(s.st_mode): about.append(os.readlink(p))
            found[p[len(root):]] = about
        subdirs.sort()
    return dict(sorted(found.items()))

def become(user):
    uid, gid, groups = user
    os.seteuid(0); os.setegid(0)
    os.setgroups(groups); os.setegid(gid); os.seteuid(uid)

def age(root, paths):
    for p in paths:
        for q in (root + "/" + p, os.path.dirname(root + "/" + p)):
            try: os.utime(q, ns=(1, 1), follow_symlinks=False)
            except OSError: pass

def aged(root, paths):
    result = []
    for p in paths:
        for q in (root + "/" + p, os.path.dirname(root + "/" + p)):
            try: result.append(os.lstat(q).st_mtime_ns == 1)
            except OSError as error: result.append(error.errno)
    return result

def run():
    global rng_follow
    history = []
    for i in range(count):
        if i % 400 == 0: remove_all(mnt); remove_all(other)
        make = rng.choice(OPERATIONS)
        paths, call = make()
        rng_follow = rng.random() < .5
        user = rng.choice(USERS)
        results = []
        for root in roots:
            become(USERS[0]); age(root, paths)
            become(user); result = attempt(call, root)
            become(USERS[0]); results.append([result, aged(root, paths)])
        closure = [cell.cell_contents for cell in call.__closure__ or ()]
        words = [history[-12:], i, make.__name__, user[0], paths, repr(closure)[:300]]
        history.append([make.__name__, user[0], paths, repr(closure)[:200], repr(results[0])[:100]])
        if results[0] != results[1]: return words + [repr(r)[:300] for r in results]
        if i % 50 == 0 or i == count - 1:
            trees = [tree(root) for root in roots]
            if trees[0] != trees[1]:
                keys = trees[0].keys() | trees[1].keys()
                return words + [[k, trees[0].get(k), trees[1].get(k)] for k in keys if trees[0].get(k) != trees[1].get(k)]

difference = run()
for fd in fds.values(): os.close(fd)
say(difference)
`;
