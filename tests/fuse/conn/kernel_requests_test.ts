import { assertEquals } from "@std/assert";
import * as fuse from "../../../fuse/mod.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { ENOENT } from "../../../posix/mod.ts";
import { inClient } from "../../_support/client.ts";
import type { Sys } from "../../_support/client_process.ts";
import { mountTest } from "../../_support/mount.ts";
import { type Answers, FILE, RawServer } from "../_raw_server.ts";

/** The directory's group, one of the caller's supplementary groups. */
const GROUP = 1234;

/** Makes requests of every kind an ordinary mount gets. */
function callAll(sys: Sys, mnt: string): void {
  const { attempt, close, open, O_CREAT, O_EXCL, O_RDWR, O_WRONLY } = sys;
  sys.umask(0o27);
  sys.stat(mnt);

  const created = `${mnt}/new\udcff`;
  const fd = open(created, O_CREAT | O_EXCL | O_RDWR | sys.O_APPEND, 0o666);
  sys.futime(fd, -500_000_000n, 4294967297_000000001n);
  sys.chown(created, 1, 2);
  sys.pwrite(fd, Uint8Array.of(0, 255, 0), 0);
  sys.ftruncate(fd, 2 ** 62);
  const other = open(`${mnt}/old`, O_RDWR);
  sys.pwrite(other, "\0a", 2n ** 53n + 1n);
  sys.setxattr(created, "user.\udcff", "a\0b", sys.XATTR_CREATE);
  sys.setxattr(created, "user.empty", "");
  sys.removexattr(created, "user.a");
  sys.lock(other, sys.F_SETLKW, sys.F_WRLCK, 5, 10);
  sys.lock(other, sys.F_SETLKW, sys.F_UNLCK, 5, 10);
  sys.flock(other, sys.LOCK_SH | sys.LOCK_NB);
  sys.lseek(other, 5, sys.SEEK_DATA);
  sys.fallocate(other, 3, 4096, 2 ** 62);
  sys.copyFileRange(fd, other, 100, 10, 2n ** 53n + 1n);
  attempt(sys.ioctl, other, 0xc0046601, Uint8Array.from([97, 98, 99, 100]));
  sys.watchEvents(other, sys.EPOLLIN | sys.EPOLLRDHUP);
  sys.fdatasync(other);
  sys.mkdir(`${mnt}/newdir`, 0o777);
  sys.symlink("../\udc80", `${mnt}/newlink`);
  sys.mknod(`${mnt}/newnode`, 0o20666, sys.makedev(0xabc, 0x12345));
  sys.link(`${mnt}/old`, `${mnt}/newhard`);
  sys.rename(`${mnt}/old`, `${mnt}/newname`, sys.RENAME_NOREPLACE);
  sys.rename(`${mnt}/old2`, `${mnt}/newname2`);
  sys.unlink(`${mnt}/old3`);
  sys.rmdir(`${mnt}/olddir`);
  close(open(mnt, sys.O_TMPFILE | O_WRONLY, 0o600));
  close(fd);
  close(other);
}

/**
 * Leaves out the numbers that the kernel chooses, and what it adds to flags.
 */
function masked(text: string): string {
  return text
    .replaceAll(/(lockOwner|kernelHandle|pid|arg)=\d+/g, "$1=…")
    .replaceAll("+OpenLargeFile", "")
    .replaceAll(/\+0x[0-9a-f]+/g, "")
    // Since Linux 6.18 it is COPY_FILE_RANGE_64.
    .replace("RANGE_64", "RANGE");
}

/** Answers with a node: the one file, or a directory. */
function fillNode(response: fuse.LookupResponse, mode: number): void {
  response.node = FILE;
  response.entryValidMs = 60_000;
  response.attr.validMs = 60_000;
  if ((mode & 0o170000) !== 0o100000) response.node += BigInt(mode);
  response.attr.inode = response.node;
  response.attr.mode = mode;
  response.attr.nlink = 1;
  response.attr.size = 1_000_000;
}

/** Answers everything, and writes down what was asked. */
function answersOf(asked: string[]): Answers {
  const note = (request: fuse.Request) => {
    asked.push(masked(`${request}`.replace(/ \[.*?\]/, "")));
  };
  const noting = (answer: (request: never) => void) => (request: never) => {
    answer(request);
    note(request);
  };
  const node = (mode: number) => (request: fuse.MknodRequest) => {
    const response = new fuse.LookupResponse();
    fillNode(response, mode);
    request.respond(response);
  };
  const create = (request: fuse.CreateRequest) => {
    const response = new fuse.CreateResponse();
    fillNode(response, request.mode);
    response.handle = 7n;
    request.respond(response);
  };
  const done = (request: fuse.LockRequest) => request.respond();
  const copy = (request: fuse.CopyFileRangeRequest) => {
    const response = new fuse.CopyFileRangeResponse();
    response.size = 5;
    request.respond(response);
  };
  const ANSWERS: Answers = {
    SETATTR(request: fuse.SetattrRequest) {
      const response = new fuse.SetattrResponse();
      response.attr.mode = 0o100644;
      response.attr.size = 1_000_000;
      request.respond(response);
    },
    OPEN(request: fuse.OpenRequest) {
      const response = new fuse.OpenResponse();
      response.handle = 8n;
      request.respond(response);
    },
    WRITE(request: fuse.WriteRequest) {
      asked.push(request.data.toHex());
      const response = new fuse.WriteResponse();
      response.size = request.data.length;
      request.respond(response);
    },
    SETXATTR(request: fuse.SetxattrRequest) {
      asked.push(request.xattr.toHex());
      request.respond();
    },
    LSEEK(request: fuse.LseekRequest) {
      const response = new fuse.LseekResponse();
      response.offset = 5;
      request.respond(response);
    },
    IOCTL(request: fuse.IoctlRequest) {
      asked.push(request.data.toHex());
      const response = new fuse.IoctlResponse();
      response.data = new Uint8Array(4);
      request.respond(response);
    },
    POLL(request: fuse.PollRequest) {
      request.respond(new fuse.PollResponse());
    },
    CREATE: create,
    TMPFILE: create,
    COPY_FILE_RANGE: copy,
    COPY_FILE_RANGE_64: copy,
    MKDIR: node(0o40755),
    SYMLINK: node(0o120777),
    MKNOD: node(0o20666),
    LINK: node(0o100644),
    ...Object.fromEntries(
      [
        ...["REMOVEXATTR", "SETLK", "SETLKW", "UNLOCK", "FALLOCATE", "FSYNC"],
        ...["RENAME", "RENAME2", "UNLINK", "RMDIR"],
      ].map((opname) => [opname, done]),
    ),
  };
  return {
    ...Object.fromEntries(
      Object.entries(ANSWERS).map(([opname, answer]) => [
        opname,
        noting(answer),
      ]),
    ),
    LOOKUP(request: fuse.LookupRequest) {
      if (request.name.startsWith("new")) {
        return request.respondError(new SyscallError("lookup", ENOENT));
      }
      const response = new fuse.LookupResponse();
      const mode = request.name === "olddir" ? 0o40755 : 0o100644;
      fillNode(response, mode);
      // Names of one node are one file, and cannot replace each other.
      if (mode === 0o100644) response.node += BigInt(request.name.length);
      response.attr.inode = response.node;
      request.respond(response);
    },
    GETATTR(request: fuse.GetattrRequest) {
      const response = new fuse.GetattrResponse();
      const { node } = request.header;
      const { attr } = response;
      attr.validMs = 60_000;
      attr.inode = node;
      attr.nlink = 1;
      attr.gid = GROUP;
      attr.mode = node === fuse.FUSE_ROOT_ID ? 0o40777 : 0o100644;
      request.respond(response);
    },
    RELEASE: done,
    FLUSH: done,
  };
}

/** What the kernel asks, in order; and, before it, the data of a request. */
function expected(groups: string): string[] {
  return [
    'CREATE name="new\\udcff" flags=OpenReadWrite+OpenAppend+OpenCreate+' +
    `OpenExclusive mode=0o100640 umask=0o27 openFlags=0${groups}`,
    "SETATTR valid=SetattrAtime+SetattrMtime atimeNs=-500000000 " +
    "mtimeNs=4294967297000000001",
    "SETATTR valid=SetattrUid+SetattrGid uid=1 gid=2",
    "00ff00",
    "WRITE handle=7 offset=1000000 size=3 fileFlags=OpenReadWrite+OpenAppend",
    "SETATTR valid=SetattrSize+SetattrHandle+SetattrLockOwner handle=7 " +
    "lockOwner=… size=4611686018427387904",
    "OPEN flags=OpenReadWrite openFlags=0",
    "0061",
    "WRITE handle=8 offset=9007199254740993 size=2 fileFlags=OpenReadWrite",
    "610062",
    'SETXATTR name="user.\\udcff" size=3 flags=1 setxattrFlags=0',
    "",
    'SETXATTR name="user.empty" size=0 flags=0 setxattrFlags=0',
    'REMOVEXATTR name="user.a"',
    "SETLKW handle=8 lockOwner=… start=5 end=14 type=LockWrite pid=… " +
    "lockFlags=0",
    "UNLOCK handle=8 lockOwner=… start=5 end=14 type=LockUnlock pid=… " +
    "lockFlags=0",
    "SETLK handle=8 lockOwner=… start=0 end=9223372036854775807 " +
    "type=LockRead pid=… lockFlags=LockFlock",
    "LSEEK handle=8 offset=5 whence=3",
    "FALLOCATE handle=8 offset=4096 length=4611686018427387904 " +
    "mode=FAllocateKeepSize+FAllocatePunchHole",
    "COPY_FILE_RANGE handleIn=7 offsetIn=10 nodeOut=5 handleOut=8 " +
    "offsetOut=9007199254740993 length=100 flags=0",
    "61626364",
    "IOCTL handle=8 flags=0 cmd=0xc0046601 arg=… inSize=4 outSize=4",
    "POLL handle=8 kernelHandle=… flags=PollScheduleNotify " +
    "events=PollIn+PollError+PollHangup+PollReadHangup",
    "FSYNC handle=8 flags=FsyncDataOnly",
    `MKDIR name="newdir" mode=0o750 umask=0o27${groups}`,
    `SYMLINK newName="newlink" target="../\\udc80"${groups}`,
    `MKNOD name="newnode" mode=0o20640 rdev=305839173 umask=0o27${groups}`,
    'LINK oldNode=5 newName="newhard"',
    'RENAME2 oldName="old" newDir=1 newName="newname" flags=RenameNoReplace',
    'RENAME oldName="old2" newDir=1 newName="newname2"',
    'UNLINK name="old3"',
    'RMDIR name="olddir"',
    "TMPFILE flags=OpenWriteOnly+OpenDirectory mode=0o100600 umask=0o27 " +
    `openFlags=0${groups}`,
  ];
}

for (const extended of [false, true]) {
  const title = extended ? "with extensions" : "without extensions";
  mountTest(
    `Requests of the kernel ${title} are decoded as they were meant`,
    async (scene) => {
      const asked: string[] = [];
      await using server = await RawServer.start(scene, answersOf(asked), {
        allowOther: true,
        createSuppGroup: extended,
        setxattrExt: extended,
        securityContext: extended,
        lockingFlock: true,
        lockingPosix: true,
      });
      const { features } = server.conn;
      await inClient(
        scene.mnt,
        (sys, mnt, group, call) =>
          sys.as({ uid: 0, gid: 1000, groups: [group] }, () => call(sys, mnt)),
        GROUP,
        callAll,
      );
      const hasGroups = (features & fuse.FUSE_CREATE_SUPP_GROUP) !== 0n;
      const groups = hasGroups ? ` supplementaryGroups="${GROUP}"` : "";
      assertEquals(asked, expected(groups));
    },
  );
}
