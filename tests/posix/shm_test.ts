import { assertEquals, assertThrows } from "@std/assert";
import * as posix from "../../posix/mod.ts";
import { assertErrno, NOT_INT } from "./throws.ts";

const CREATE = posix.O_RDWR | posix.O_CREAT | posix.O_EXCL;

const onLinux = Deno.build.os === "linux";

let count = 0;

/** A name that no other run of the test uses. */
function freshName(): string {
  return `/shm_test-${Deno.pid}-${count++}`;
}

function withObject(body: (fd: number, name: string) => void): void {
  const name = freshName();
  const fd = posix.shmOpen(name, CREATE, 0o600);
  try {
    body(fd, name);
  } finally {
    posix.shmUnlink(name);
    posix.close(fd);
  }
}

const BAD_NAMES = ["", "/", "///", ".", "..", "/.", "/..", "a/b", "a/", "a\0b"];

Deno.test("shmOpen() and shmUnlink() throw EINVAL on a name that cannot be one", () => {
  for (const name of BAD_NAMES) {
    assertErrno(() => posix.shmOpen(name, CREATE, 0), "EINVAL", "shm_open");
    assertErrno(() => posix.shmUnlink(name), "EINVAL", "shm_unlink");
  }
});

Deno.test("shmOpen() and shmUnlink() throw ENAMETOOLONG beyond 255 bytes", () => {
  for (const name of ["x".repeat(256), `/${"é".repeat(128)}`]) {
    assertErrno(() => posix.shmOpen(name, CREATE, 0), "ENAMETOOLONG");
    assertErrno(() => posix.shmUnlink(name), "ENAMETOOLONG");
  }
});

Deno.test({
  name: "shmOpen() takes 255 bytes, and any slashes before them",
  ignore: !onLinux,
  fn() {
    const name = freshName().slice(1).padEnd(255, "x");
    const fd = posix.shmOpen(`///${name}`, CREATE, 0o600);
    posix.shmUnlink(name);
    posix.close(fd);
  },
});

Deno.test({
  name: "shmOpen() keeps every byte of a name, UTF-8 or not",
  ignore: !onLinux,
  fn() {
    const name = `${freshName()}-ü-\udcff`;
    posix.close(posix.shmOpen(name, CREATE, 0o600));
    assertErrno(() => posix.shmOpen(name, CREATE, 0o600), "EEXIST");
    posix.shmUnlink(name);
  },
});

Deno.test("shmOpen() names the object in its error", () => {
  const name = freshName();
  const error = assertThrows(() => posix.shmOpen(name, posix.O_RDWR, 0));
  assertEquals(
    (error as Error).message,
    `shm_open "${name}": ENOENT: No such file or directory`,
  );
});

Deno.test("shmOpen() creates an empty object with the mode less the umask", () => {
  withObject((fd) => {
    const { size, mode, nlink } = posix.fstat(fd);
    assertEquals([size, mode & 0o777, nlink], [0, 0o600, 1]);
  });
});

Deno.test("shmOpen() throws EEXIST with O_EXCL on an object that exists", () => {
  withObject((_fd, name) => {
    assertErrno(() => posix.shmOpen(name, CREATE, 0o600), "EEXIST");
  });
});

Deno.test("shmOpen() marks the descriptor close-on-exec", () => {
  withObject((fd) => {
    assertEquals(posix.fcntl(fd, posix.F_GETFD), posix.FD_CLOEXEC);
  });
});

Deno.test("shmOpen() with O_TRUNC empties an object", () => {
  withObject((fd, name) => {
    posix.ftruncate(fd, 4096);
    posix.close(posix.shmOpen(name, posix.O_RDWR | posix.O_TRUNC, 0));
    assertEquals(posix.fstat(fd).size, 0);
  });
});

Deno.test("shmOpen() opened read-only refuses ftruncate() and shared writing", () => {
  withObject((owner, name) => {
    posix.ftruncate(owner, 4096);
    const fd = posix.shmOpen(name, posix.O_RDONLY, 0);
    try {
      assertErrno(() => posix.ftruncate(fd, 0), "EINVAL");
      const { PROT_RDWR, MAP_SHARED } = posix;
      assertErrno(
        () => posix.mmap(null, 4096, PROT_RDWR, MAP_SHARED, fd, 0),
        "EACCES",
      );
    } finally {
      posix.close(fd);
    }
  });
});

Deno.test("shmOpen() throws on flags and modes that are none", () => {
  for (const value of NOT_INT) {
    assertThrows(() => posix.shmOpen("/x", value, 0), RangeError);
    assertThrows(() => posix.shmOpen("/x", CREATE, value), RangeError);
  }
});

Deno.test("shmOpen() throws EINVAL on -1, a flag that the platform lacks", () => {
  const name = freshName();
  assertErrno(() => posix.shmOpen(name, CREATE | -1, 0o600), "EINVAL");
  assertErrno(() => posix.shmUnlink(name), "ENOENT");
});

Deno.test("shmUnlink() throws ENOENT on a name that is gone", () => {
  const name = freshName();
  posix.close(posix.shmOpen(name, CREATE, 0o600));
  posix.shmUnlink(name);
  assertErrno(() => posix.shmUnlink(name), "ENOENT", "shm_unlink");
});
