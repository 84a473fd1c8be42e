import { assertEquals, assertMatch, assertRejects } from "@std/assert";
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
import { withPrinted } from "./with_printed.ts";

const NAME = `/shm_command_test-${Deno.pid}`;

/** Runs the command, which must succeed, and returns what it prints. */
function shm(...args: string[]): Promise<string> {
  return withPrinted(async () => assertEquals(await shmCommand(args), 0));
}

/** Lends an object of 4242 bytes. */
async function withObject(
  body: (fd: number) => Promise<void>,
): Promise<void> {
  const fd = shmOpen(NAME, O_RDWR | O_CREAT | O_EXCL, 0o600);
  try {
    ftruncate(fd, 4242);
    fchmod(fd, 0o640);
    await body(fd);
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
  fn: () =>
    withObject(async (fd) => {
      const { uid, gid } = fstat(fd);
      const line = (await shm("ls")).split("\n").find((line) =>
        line.endsWith(NAME)
      );
      assertMatch(
        line!,
        new RegExp(
          String.raw`^\[0640\] rw-r-----  ${uid}:${gid} +4242  2\S+Z  ${NAME}$`,
        ),
      );
      const all = JSON.parse(await shm("ls", "--json"));
      const found = all.find(({ name }: { name: string }) => name === NAME);
      assertEquals([found.size, found.mode], [4242, 0o100640]);
    }),
});

Deno.test("hostkit shm stat shows one object, with its times", async () => {
  await withObject(async (fd) => {
    const text = await shm("stat", NAME);
    assertEquals(text.startsWith(statInfo(fstat(fd))), true);
    assertMatch(
      text,
      /\nLast changed: {13}2\d{3}-\d\d-\d\dT[\d:]{8}\.\d{9}Z\n$/,
    );
    const { size, ino } = JSON.parse(await shm("stat", "--json", NAME));
    assertEquals([size, ino], [4242, `${fstat(fd).ino}`]);
  });
});

Deno.test("hostkit shm rm removes a name, with or without its slash", async () => {
  for (const name of [NAME, NAME.slice(1)]) {
    await withObject(async (fd) => {
      assertEquals(await shm("rm", name), "");
      assertEquals(fstat(fd).nlink, 0);
    });
  }
});

Deno.test("hostkit shm stat and rm throw ENOENT on a name that is not there", async () => {
  for (const verb of ["stat", "rm"]) {
    const error = await assertRejects(
      () => shmCommand([verb, NAME]),
      SyscallError,
    );
    assertEquals(error.code, "ENOENT");
  }
});

Deno.test("hostkit shm --help prints how it is called", async () => {
  assertEquals(await shm("--help"), SHM_USAGE);
});

Deno.test("hostkit shm throws UsageError on any other words", async () => {
  const wrong = [[], ["list"], ["ls", "x"], ["stat"], ["rm"], ["rm", "a", "b"]];
  for (const args of wrong) {
    await assertRejects(() => shmCommand(args), UsageError);
  }
});
