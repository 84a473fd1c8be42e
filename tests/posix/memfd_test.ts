import { assert, assertEquals, assertThrows } from "@std/assert";
import { linuxLibc } from "../../ffi/libc.ts";
import type { SyscallError } from "../../ffi/mod.ts";
import * as posix from "../../posix/mod.ts";
import { assertErrno, NOT_INT } from "./throws.ts";

const PS = posix.getpagesize();

function withMemfd(flags: number, body: (fd: number) => void): void {
  const fd = posix.memfdCreate("memfd_test", flags);
  try {
    posix.ftruncate(fd, PS);
    body(fd);
  } finally {
    posix.close(fd);
  }
}

function mapShared(fd: number, prot: number): posix.Mapping {
  return posix.mmap(null, PS, prot, posix.MAP_SHARED, fd, 0);
}

Deno.test("memfdCreate() throws EINVAL on a name with a NUL or 250 bytes", () => {
  assertErrno(() => posix.memfdCreate("a\0b", 0), "EINVAL", "memfd_create");
  assertErrno(() => posix.memfdCreate("x".repeat(250), 0), "EINVAL");
});

Deno.test("memfdCreate() throws on flags that are none", () => {
  for (const flags of NOT_INT) {
    assertThrows(() => posix.memfdCreate("x", flags), RangeError);
  }
  assertErrno(() => posix.memfdCreate("x", -1), "EINVAL");
  assertErrno(() => posix.memfdCreate("x", 0x20), "EINVAL");
});

Deno.test("memfdCreate() sets close-on-exec only with MFD_CLOEXEC", () => {
  withMemfd(0, (fd) => assertEquals(posix.fcntl(fd, posix.F_GETFD), 0));
  withMemfd(
    posix.MFD_CLOEXEC,
    (fd) => assertEquals(posix.fcntl(fd, posix.F_GETFD), posix.FD_CLOEXEC),
  );
});

Deno.test("memfdCreate() passes the size of huge pages on, 16 GiB too", () => {
  const { MFD_HUGETLB, MFD_HUGE_16GB } = posix;
  let outcome = "created";
  try {
    posix.close(posix.memfdCreate("huge", MFD_HUGETLB | MFD_HUGE_16GB));
  } catch (error) {
    outcome = (error as SyscallError).code;
  }
  // Few CPUs have such pages; wrong flags would be EINVAL on all.
  assert(["created", "ENODEV"].includes(outcome), outcome);
});

Deno.test("getSeals() returns what addSeals() added", () => {
  withMemfd(posix.MFD_ALLOW_SEALING, (fd) => {
    assertEquals(posix.getSeals(fd), 0);
    posix.addSeals(fd, posix.F_SEAL_SHRINK);
    posix.addSeals(fd, posix.F_SEAL_GROW);
    assertEquals(
      posix.getSeals(fd),
      posix.F_SEAL_SHRINK | posix.F_SEAL_GROW,
    );
  });
});

Deno.test("addSeals() throws EPERM without MFD_ALLOW_SEALING", () => {
  withMemfd(0, (fd) => {
    assertEquals(posix.getSeals(fd), posix.F_SEAL_SEAL);
    assertErrno(() => posix.addSeals(fd, posix.F_SEAL_GROW), "EPERM", "fcntl");
  });
});

Deno.test("addSeals() throws EINVAL on unknown seals, EBADF on no descriptor", () => {
  withMemfd(posix.MFD_ALLOW_SEALING, (fd) => {
    assertErrno(() => posix.addSeals(fd, 0x10000), "EINVAL");
    assertEquals(posix.getSeals(fd), 0);
  });
  assertErrno(() => posix.addSeals(-1, 0), "EBADF");
  assertErrno(() => posix.getSeals(-1), "EBADF");
});

Deno.test("getSeals() throws EINVAL on what cannot be sealed", () => {
  const fd = linuxLibc().eventfd(0, 0);
  assertErrno(() => posix.getSeals(fd), "EINVAL", "fcntl");
  posix.close(fd);
});

Deno.test("F_SEAL_WRITE: EBUSY while a writable mapping lives, then EPERM to map one", () => {
  withMemfd(posix.MFD_ALLOW_SEALING, (fd) => {
    const { data } = mapShared(fd, posix.PROT_RDWR);
    assertErrno(() => posix.addSeals(fd, posix.F_SEAL_WRITE), "EBUSY");
    posix.munmap(data);
    posix.addSeals(fd, posix.F_SEAL_WRITE);
    assertErrno(() => mapShared(fd, posix.PROT_RDWR), "EPERM", "mmap");
    const readable = mapShared(fd, posix.PROT_READ).data;
    assertErrno(() => posix.mprotect(readable, posix.PROT_RDWR), "EACCES");
    posix.munmap(readable);
  });
});

Deno.test("F_SEAL_SHRINK and F_SEAL_GROW: EPERM to change the size, not to keep it", () => {
  withMemfd(posix.MFD_ALLOW_SEALING, (fd) => {
    posix.addSeals(fd, posix.F_SEAL_SHRINK | posix.F_SEAL_GROW);
    assertErrno(() => posix.ftruncate(fd, 0), "EPERM");
    assertErrno(() => posix.ftruncate(fd, 2 * PS), "EPERM");
    posix.ftruncate(fd, PS);
  });
});

Deno.test("F_SEAL_SEAL: EPERM to add a seal", () => {
  withMemfd(posix.MFD_ALLOW_SEALING, (fd) => {
    posix.addSeals(fd, posix.F_SEAL_SEAL);
    assertErrno(() => posix.addSeals(fd, posix.F_SEAL_GROW), "EPERM");
  });
});
