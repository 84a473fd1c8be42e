import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { SHM_USAGE, shmCommand } from "../../cli/shm_command.ts";
import { UsageError } from "../../cli/usage_error.ts";
import { SyscallError } from "../../ffi/mod.ts";
import {
  close,
  fchmod,
  fstat,
  ftruncate,
  O_CREAT,
  O_EXCL,
  O_RDWR,
  shmOpen,
  shmUnlink,
  statInfo,
} from "../../posix/mod.ts";
import { printed } from "./printed.ts";

const NAME = `/shm_command_test-${Deno.pid}`;

/** Runs the command, which must succeed, and returns what it prints. */
function shm(...args: string[]): string {
  return printed(() => assertEquals(shmCommand(args), 0));
}

/** Lends an object of 4242 bytes. */
function withObject(body: (fd: number) => void): void {
  const fd = shmOpen(NAME, O_RDWR | O_CREAT | O_EXCL, 0o600);
  try {
    ftruncate(fd, 4242);
    fchmod(fd, 0o640);
    body(fd);
  } finally {
    close(fd);
    try {
      shmUnlink(NAME);
    } catch {
      // Removed by the test.
    }
  }
}

Deno.test({
  name: "hostkit shm ls lists the objects",
  ignore: Deno.build.os !== "linux",
  fn() {
    withObject((fd) => {
      const { uid, gid } = fstat(fd);
      const line = shm("ls").split("\n").find((line) => line.endsWith(NAME));
      assertMatch(
        line!,
        new RegExp(
          String.raw`^\[0640\] rw-r-----  ${uid}:${gid} +4242  2\S+Z  ${NAME}$`,
        ),
      );
      const all = JSON.parse(shm("ls", "--json"));
      const found = all.find(({ name }: { name: string }) => name === NAME);
      assertEquals([found.size, found.mode], [4242, 0o100640]);
    });
  },
});

Deno.test("hostkit shm stat shows one object, with its times", () => {
  withObject((fd) => {
    const text = shm("stat", NAME);
    assertEquals(text.startsWith(statInfo(fstat(fd))), true);
    assertMatch(
      text,
      /\nLast changed: {13}2\d{3}-\d\d-\d\dT[\d:]{8}\.\d{9}Z\n$/,
    );
    const { size, ino } = JSON.parse(shm("stat", "--json", NAME));
    assertEquals([size, ino], [4242, `${fstat(fd).ino}`]);
  });
});

Deno.test("hostkit shm rm removes a name, with or without its slash", () => {
  for (const name of [NAME, NAME.slice(1)]) {
    withObject((fd) => {
      assertEquals(shm("rm", name), "");
      assertEquals(fstat(fd).nlink, 0);
    });
  }
});

Deno.test("hostkit shm stat and rm throw ENOENT on a name that is not there", () => {
  for (const verb of ["stat", "rm"]) {
    const error = assertThrows(() => shmCommand([verb, NAME]), SyscallError);
    assertEquals((error as SyscallError).code, "ENOENT");
  }
});

Deno.test("hostkit shm --help prints how it is called", () => {
  assertEquals(shm("--help"), SHM_USAGE);
});

Deno.test("hostkit shm throws UsageError on any other words", () => {
  const wrong = [[], ["list"], ["ls", "x"], ["stat"], ["rm"], ["rm", "a", "b"]];
  for (const args of wrong) assertThrows(() => shmCommand(args), UsageError);
});
