import { assert, assertEquals, assertThrows } from "@std/assert";
import fs from "node:fs";
import { SyscallError } from "../../ffi/mod.ts";
import { HostFd } from "../../hostfd/mod.ts";
import {
  F_GETFD,
  F_GETFL,
  fcntl,
  FD_CLOEXEC,
  fstat,
  memfdCreate,
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_RDWR,
} from "../../posix/mod.ts";
import { assertNoFdLeak } from "../_support/leaks.ts";
import { assertErrno, NOT_INT } from "../posix/throws.ts";
import { bytesOf, textOf } from "../usermem/_case.ts";
import { TestFile } from "./_files.ts";

const ignore = Deno.build.os !== "linux";

/** Runs `body` with an empty directory. */
function inDirectory(body: (dir: string) => void): void {
  const dir = Deno.makeTempDirSync();
  try {
    body(dir);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}

Deno.test("HostFd.open() makes a file with flags and permissions", () => {
  inDirectory((dir) => {
    const umask = Deno.umask(0o027);
    try {
      const flags = O_CREAT | O_EXCL | O_RDWR | O_APPEND;
      using file = HostFd.open(`${dir}/a`, flags);
      assertEquals(fstat(file.fd).mode & 0o777, 0o640);
      assertEquals(fcntl(file.fd, F_GETFL) & O_APPEND, O_APPEND);
      assertEquals(fcntl(file.fd, F_GETFD), FD_CLOEXEC);
      using other = HostFd.open(`${dir}/b`, flags, 0o600);
      assertEquals(fstat(other.fd).mode & 0o777, 0o600);
    } finally {
      Deno.umask(umask);
    }
  });
});

Deno.test("HostFd.open() throws what open(2) says, with the path", () => {
  inDirectory((dir) => {
    const path = `${dir}/missing`;
    const error = assertThrows(() => HostFd.open(path), SyscallError);
    assertEquals(
      [error.syscall, error.code, error.path],
      ["open", "ENOENT", path],
    );
    assertErrno(() => HostFd.open(dir, O_RDWR), "EISDIR");
    assertErrno(() => HostFd.open(dir, -1), "EINVAL");
    assertThrows(() => HostFd.open("a\0b"), TypeError);
    for (const value of [NaN, 0.5, 2 ** 32]) {
      assertThrows(() => HostFd.open(dir, value), RangeError);
      assertThrows(() => HostFd.open(dir, 0, value), RangeError);
    }
  });
});

Deno.test("HostFd.openat() starts in the directory", () => {
  inDirectory((path) => {
    using dir = HostFd.open(path, O_DIRECTORY);
    using file = dir.openat("name", O_CREAT | O_RDWR);
    file.writeSync(bytesOf("hello"));
    assertEquals(Deno.readTextFileSync(`${path}/name`), "hello");
    assertErrno(() => file.openat("name"), "ENOTDIR", "openat");
    dir.close();
    assertErrno(() => dir.openat("name"), "EBADF", "openat");
  });
});

Deno.test("HostFd.readSync() and writeSync() use the position or an offset", () => {
  using file = new HostFd(memfdCreate("test", 0));
  const bytes = new Uint8Array(3);
  assertEquals(file.writeSync(bytesOf("abcdef")), 6);
  assertEquals(file.writeSync(bytesOf("X"), 2), 1);
  assertEquals(file.readSync(bytes), null);
  assertEquals(file.readSync(bytes, 1n), 3);
  assertEquals(textOf(bytes), "bXd");
});

Deno.test("new HostFd() throws RangeError for what is no descriptor", () => {
  for (const fd of [-1, ...NOT_INT]) {
    assertThrows(() => new HostFd(fd), RangeError);
  }
});

Deno.test("HostFd.from() duplicates, and leaves the source alone", () => {
  inDirectory((dir) => {
    const path = `${dir}/file`;
    const theirs = fs.openSync(path, "w+");
    const mine = HostFd.from(theirs);
    assertEquals(fcntl(mine.fd, F_GETFD), FD_CLOEXEC);
    assertEquals(fstat(mine.fd).ino, fstat(theirs).ino);
    mine.close();
    fs.writeSync(theirs, "still open");
    fs.closeSync(theirs);
    assertErrno(() => HostFd.from(theirs), "EBADF");
  });
});

Deno.test("HostFd.from() takes what shows its descriptor, and Deno's streams", async () => {
  const handle = await fs.promises.open("/dev/zero");
  using zeroes = HostFd.from(handle);
  await handle.close();
  assertEquals(zeroes.readSync(new Uint8Array(2)), 2);
  for (const [fd, stream] of [Deno.stdin, Deno.stdout, Deno.stderr].entries()) {
    using duplicate = HostFd.from(stream);
    assertEquals(fstat(duplicate.fd).ino, fstat(fd).ino);
  }
  using file = await Deno.open("/dev/zero");
  assertThrows(() => HostFd.from(file as typeof Deno.stdin), TypeError);
  assertThrows(() => HostFd.from(0.5), RangeError);
});

Deno.test("HostFd.dup() shares the position and outlives the first", () => {
  const first = new HostFd(memfdCreate("test", 0));
  using second = first.dup();
  first.writeSync(bytesOf("hello"));
  first.close();
  assertEquals(new TestFile(second.fd).position, 5);
  assertErrno(() => first.dup(), "EBADF");
});

Deno.test("HostFd.release() gives the descriptor up", () => {
  const file = new HostFd(memfdCreate("test", 0));
  const fd = file.release();
  assert(fd >= 0);
  assertEquals([file.fd, file.release()], [-1, -1]);
  file.close();
  using _owner = new TestFile(fd);
  assertEquals(fstat(fd).size, 0);
});

Deno.test({
  name: "HostFd closes once, at the end of its scope or before",
  ignore,
  fn() {
    assertNoFdLeak(() => {
      for (let i = 0; i < 1000; i++) {
        using file = HostFd.open("/dev/zero");
        if (i % 2 === 0) {
          file.close();
          file.close();
          assertEquals(file.fd, -1);
          assertErrno(() => file.readSync(new Uint8Array(1)), "EBADF");
        }
      }
    });
  },
});

Deno.test("HostFd.close() throws EBADF if somebody else was first", () => {
  const file = new HostFd(memfdCreate("test", 0));
  new TestFile(file.fd)[Symbol.dispose]();
  assertErrno(() => file.close(), "EBADF", "close");
  file.close();
});
