import { assertEquals } from "@std/assert";
import { SyscallError } from "../../ffi/mod.ts";
import {
  type LookupRequest,
  LookupResponse,
  type MknodRequest,
  type ReadRequest,
  ReadResponse,
  type Request,
} from "../../fuse/mod.ts";
import { ENOENT } from "../../posix/mod.ts";
import { python } from "../_support/client.ts";
import { mountTest } from "../_support/mount.ts";
import { type Answers, FILE, RawServer } from "./_raw_server.ts";

/**
 * What is asked once and then never again, and what the caller sees; ENOTSUP is
 * what Python calls EOPNOTSUPP.
 */
const UNSUPPORTED = {
  OPEN: "ok",
  OPENDIR: [],
  FLUSH: "ok",
  ACCESS: true,
  FSYNC: "ok",
  FSYNCDIR: "ok",
  GETXATTR: "ENOTSUP",
  LISTXATTR: "ENOTSUP",
  SETXATTR: "ENOTSUP",
  REMOVEXATTR: "ENOTSUP",
  LSEEK: 100,
  FALLOCATE: "ENOTSUP",
  POLL: ["POLLIN", "POLLOUT"],
  RENAME2: "EINVAL",
  LINK: "EPERM",
  CREATE: "ok",
} as const;

/** Does everything of {@linkcode UNSUPPORTED} as often as it is told. */
const SCRIPT = `
import ctypes, select

libc = ctypes.CDLL(None, use_errno=True)
OFF_T = ctypes.c_long

def call(function, *args):
    return "ok" if function(*args) == 0 else errno.errorcode[ctypes.get_errno()]

def done(call, *args):
    result = attempt(call, *args)
    return "ok" if result is None else result

def poll(fd):
    poll = select.poll()
    poll.register(fd)
    events = poll.poll(0)[0][1]
    return [n for n in ("POLLIN", "POLLOUT") if events & getattr(select, n)]

def create(path):
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))

rounds = []
for i in range(args[0]):
    file, new, seen = f"{mnt}/f", f"{mnt}/new{i}", {}
    fd = os.open(file, os.O_RDWR)
    directory = os.open(mnt, os.O_RDONLY | os.O_DIRECTORY)
    seen["OPEN"] = "ok"
    seen["OPENDIR"] = os.listdir(directory)
    seen["ACCESS"] = os.access(file, os.W_OK)
    seen["FSYNC"] = done(os.fsync, fd)
    seen["FSYNCDIR"] = done(os.fsync, directory)
    seen["SETXATTR"] = done(os.setxattr, file, "user.a", b"b")
    seen["GETXATTR"] = done(os.getxattr, file, "user.a")
    seen["LISTXATTR"] = done(os.listxattr, file)
    seen["REMOVEXATTR"] = done(os.removexattr, file, "user.a")
    seen["LSEEK"] = attempt(os.lseek, fd, 10, os.SEEK_HOLE)
    seen["FALLOCATE"] = call(libc.fallocate, fd, 1, OFF_T(0), OFF_T(4096))
    seen["POLL"] = poll(fd)
    old, to = file.encode(), new.encode()
    seen["RENAME2"] = call(libc.renameat2, -100, old, -100, to, 1)
    seen["LINK"] = done(os.link, file, new)
    seen["FLUSH"] = done(os.close, fd)
    seen["CREATE"] = done(create, new)
    os.close(directory)
    rounds.append(seen)
say(rounds)
`;

function answerLookup(request: LookupRequest | MknodRequest): void {
  const response = new LookupResponse();
  response.node = FILE;
  response.entryValidMs = 60_000;
  response.attr.validMs = 60_000;
  response.attr.inode = FILE;
  response.attr.mode = 0o100644;
  response.attr.nlink = 1;
  response.attr.size = 100;
  request.respond(response);
}

mountTest(
  "Request.respondUnsupported() spares what the kernel would ask again",
  async (scene) => {
    const asked: Record<string, number> = {};
    const count = ({ opname }: Request) => {
      asked[opname] = (asked[opname] ?? 0) + 1;
    };
    const answers: Answers = {
      LOOKUP(request: LookupRequest) {
        if (!request.name.startsWith("new")) answerLookup(request);
        else request.respondError(new SyscallError("lookup", ENOENT));
      },
      MKNOD(request: MknodRequest) {
        count(request);
        answerLookup(request);
      },
      READDIR: (request: ReadRequest) => request.respond(new ReadResponse()),
      READDIRPLUS: (request: ReadRequest) =>
        request.respond(new ReadResponse()),
    };
    for (
      const opname of [...Object.keys(UNSUPPORTED), "RELEASE", "RELEASEDIR"]
    ) {
      answers[opname] = (request: Request) => {
        count(request);
        request.respondUnsupported();
      };
    }
    await using _server = await RawServer.start(scene, answers);
    const rounds = await python(scene.mnt, SCRIPT, 3);
    assertEquals(rounds, [UNSUPPORTED, UNSUPPORTED, UNSUPPORTED]);
    const once = Object.keys(UNSUPPORTED).map((opname) => [opname, 1]);
    // Instead of CREATE, MKNOD and an OPEN that needs no request any more.
    assertEquals(asked, { ...Object.fromEntries(once), MKNOD: 3 });
  },
  { programs: ["python3"] },
);
