import { assertEquals, assertThrows } from "@std/assert";
import * as posix from "../../posix/mod.ts";
import { assertErrno, NOT_INT, NOT_LENGTH } from "./throws.ts";

/** A descriptor that no process has open: limits end far below. */
const CLOSED = 2 ** 30;

function withMemfd(body: (fd: number) => void): void {
  const fd = posix.memfdCreate("fd_test", posix.MFD_ALLOW_SEALING);
  try {
    body(fd);
  } finally {
    posix.close(fd);
  }
}

const CALLS: Readonly<Record<string, (fd: number) => unknown>> = {
  close: posix.close,
  fstat: posix.fstat,
  ftruncate: (fd) => posix.ftruncate(fd, 0),
  fchmod: (fd) => posix.fchmod(fd, 0o600),
  fchown: (fd) => posix.fchown(fd, -1, -1),
  fcntl: (fd) => posix.fcntl(fd, posix.F_GETFD),
};

for (const [name, call] of Object.entries(CALLS)) {
  Deno.test(`${name}() throws EBADF on a descriptor that is not open`, () => {
    assertErrno(() => call(CLOSED), "EBADF", name);
    assertErrno(() => call(-1), "EBADF", name);
  });

  Deno.test(`${name}() throws RangeError on what is no descriptor`, () => {
    for (const fd of NOT_INT) assertThrows(() => call(fd), RangeError);
    const missing = undefined as unknown as number;
    assertThrows(() => call(missing), RangeError);
  });
}

Deno.test("close() closes, and throws EBADF the second time", () => {
  const fd = posix.memfdCreate("closed", 0);
  posix.close(fd);
  assertErrno(() => posix.close(fd), "EBADF", "close");
});

Deno.test("ftruncate() sets sizes beyond 4 GiB, as number and as bigint", () => {
  withMemfd((fd) => {
    posix.ftruncate(fd, 2 ** 32 + 5);
    assertEquals(posix.fstat(fd).size, 2 ** 32 + 5);
    posix.ftruncate(fd, 2n ** 40n);
    assertEquals(posix.fstat(fd).size, 2 ** 40);
  });
});

Deno.test("ftruncate() throws on a length that is none", () => {
  withMemfd((fd) => {
    assertErrno(() => posix.ftruncate(fd, -1), "EINVAL", "ftruncate");
    assertErrno(() => posix.ftruncate(fd, -1n), "EINVAL", "ftruncate");
    for (const length of NOT_LENGTH) {
      assertThrows(() => posix.ftruncate(fd, length), RangeError);
    }
    assertThrows(() => posix.ftruncate(fd, 2n ** 63n), RangeError);
    assertEquals(posix.fstat(fd).size, 0);
  });
});

Deno.test("fchmod() sets the permissions and nothing else", () => {
  withMemfd((fd) => {
    posix.fchmod(fd, 0o640);
    assertEquals(posix.fstat(fd).mode, posix.S_IFREG | 0o640);
    posix.fchmod(fd, posix.S_IFDIR | 0o4755);
    assertEquals(posix.fstat(fd).mode, posix.S_IFREG | 0o4755);
  });
});

Deno.test("fchown() keeps an ID that is -1", () => {
  withMemfd((fd) => {
    const { uid, gid } = posix.fstat(fd);
    posix.fchown(fd, uid, -1);
    posix.fchown(fd, -1, gid);
    const after = posix.fstat(fd);
    assertEquals([after.uid, after.gid], [uid, gid]);
  });
});

Deno.test({
  name: "fchown() sets IDs up to 2^32 - 2",
  ignore: Deno.uid() !== 0,
  fn() {
    withMemfd((fd) => {
      posix.fchown(fd, 4294967294, 65534);
      const { uid, gid } = posix.fstat(fd);
      assertEquals([uid, gid], [4294967294, 65534]);
    });
  },
});

Deno.test("fcntl() duplicates, and tells the access mode", () => {
  withMemfd((fd) => {
    const copy = posix.fcntl(fd, posix.F_DUPFD_CLOEXEC, 100);
    try {
      assertEquals(copy >= 100, true);
      assertEquals(posix.fcntl(copy, posix.F_GETFD), posix.FD_CLOEXEC);
      assertEquals(posix.fcntl(fd, posix.F_GETFD), 0);
      const flags = posix.fcntl(copy, posix.F_GETFL);
      assertEquals(flags & posix.O_ACCMODE, posix.O_RDWR);
    } finally {
      posix.close(copy);
    }
  });
});

Deno.test("fcntl() throws EINVAL on an unknown command", () => {
  withMemfd((fd) => {
    assertErrno(() => posix.fcntl(fd, 987654), "EINVAL", "fcntl");
    assertErrno(() => posix.fcntl(fd, -1), "EINVAL", "fcntl");
    for (const cmd of NOT_INT) {
      assertThrows(() => posix.fcntl(fd, cmd), RangeError);
      assertThrows(() => posix.fcntl(fd, posix.F_SETFD, cmd), RangeError);
    }
  });
});
