import { assertEquals } from "@std/assert";
import { SyscallError } from "../../../ffi/mod.ts";
import {
  type LookupRequest,
  LookupResponse,
  type MknodRequest,
  type ReadRequest,
  ReadResponse,
  type Request,
} from "../../../fuse/mod.ts";
import { ENOENT } from "../../../posix/mod.ts";
import { inClient } from "../../_support/client.ts";
import type { Sys } from "../../_support/client_process.ts";
import { mountTest } from "../../_support/mount.ts";
import { type Answers, FILE, RawServer } from "../_raw_server.ts";

// poll.h
const POLLIN = 1;
const POLLOUT = 4;

/** What is asked once and then never again, and what the caller sees. */
const UNSUPPORTED = {
  OPEN: "ok",
  OPENDIR: [],
  FLUSH: "ok",
  ACCESS: true,
  FSYNC: "ok",
  FSYNCDIR: "ok",
  GETXATTR: "EOPNOTSUPP",
  LISTXATTR: "EOPNOTSUPP",
  SETXATTR: "EOPNOTSUPP",
  REMOVEXATTR: "EOPNOTSUPP",
  LSEEK: 100,
  FALLOCATE: "EOPNOTSUPP",
  POLL: POLLIN | POLLOUT,
  RENAME2: "EINVAL",
  LINK: "EPERM",
  CREATE: "ok",
} as const;

/** Does everything of {@linkcode UNSUPPORTED}, for the n-th time. */
function useAll(
  sys: Sys,
  mnt: string,
  n: number,
  events: number,
): Record<string, unknown> {
  const { attempt, O_CREAT, O_DIRECTORY, O_EXCL, O_RDWR, O_WRONLY } = sys;
  const [file, created] = [`${mnt}/f`, `${mnt}/new${n}`];
  const done = (call: () => void) => attempt(call) ?? "ok";
  const fd = sys.open(file, O_RDWR);
  const directory = sys.open(mnt, O_DIRECTORY);
  return {
    OPEN: "ok",
    OPENDIR: sys.restOf(directory),
    ACCESS: sys.access(file, sys.W_OK),
    FSYNC: done(() => sys.fsync(fd)),
    FSYNCDIR: done(() => sys.fsync(directory)),
    SETXATTR: done(() => sys.setxattr(file, "user.a", "b")),
    GETXATTR: attempt(sys.getxattr, file, "user.a"),
    LISTXATTR: attempt(sys.listxattr, file),
    REMOVEXATTR: done(() => sys.removexattr(file, "user.a")),
    LSEEK: attempt(sys.lseek, fd, 10, sys.SEEK_HOLE),
    FALLOCATE: done(() => sys.fallocate(fd, 1, 0, 4096)),
    POLL: sys.poll(fd, events, 0),
    RENAME2: done(() => sys.rename(file, created, sys.RENAME_NOREPLACE)),
    LINK: done(() => sys.link(file, created)),
    FLUSH: done(() => sys.close(fd)),
    CREATE: done(() =>
      sys.close(sys.open(created, O_CREAT | O_EXCL | O_WRONLY))
    ),
  };
}

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
    for (const n of [0, 1, 2]) {
      assertEquals(
        await inClient(scene.mnt, useAll, n, POLLIN | POLLOUT),
        UNSUPPORTED,
      );
    }
    const once = Object.keys(UNSUPPORTED).map((opname) => [opname, 1]);
    // Instead of CREATE, MKNOD and an OPEN that needs no request any more.
    assertEquals(asked, { ...Object.fromEntries(once), MKNOD: 3 });
  },
);
