import {
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { cString } from "../../ffi/c_string.ts";
import { libc } from "../../ffi/libc.ts";
import { ALWAYS_THERE, lacks } from "../_support/always_there.ts";
import { assertNoFdLeak, mappingsOf } from "../_support/leaks.ts";
import { denoCommand, hasProgram, isQemu } from "../_support/platform.ts";

function openZero(): number {
  return libc().open(cString("/dev/zero"), 0, 0);
}

Deno.test("assertNoFdLeak() lets pass what is closed again", async () => {
  assertNoFdLeak(() => void libc().close(openZero()));
  await assertNoFdLeak(async () => {
    const fd = openZero();
    await Promise.resolve();
    libc().close(fd);
  });
});

Deno.test("assertNoFdLeak() names the file of a leaked descriptor", () => {
  let fd = -1;
  assertThrows(
    () => assertNoFdLeak(() => void (fd = openZero())),
    Error,
    "/dev/zero",
  );
  assertEquals(libc().close(fd), 0);
});

Deno.test("assertNoFdLeak() sees what leaks after an await", async () => {
  let fd = -1;
  const leak = async (): Promise<void> => {
    await Promise.resolve();
    fd = openZero();
  };
  await assertRejects(() => assertNoFdLeak(leak), Error, "/dev/zero");
  assertEquals(libc().close(fd), 0);
});

Deno.test("mappingsOf() lists the mappings of one file", {
  ignore: Deno.build.os !== "linux",
}, () => {
  assertNotEquals(mappingsOf(Deno.realPathSync(Deno.execPath())), []);
  assertEquals(mappingsOf("/dev/zero"), []);
});

Deno.test("hasProgram() finds programs, not other files", () => {
  assertEquals(hasProgram("sh"), true);
  assertEquals(hasProgram("no-such-program"), false);
  assertEquals(hasProgram(""), false);
});

Deno.test("what tests start without asking is there", () => {
  const missing = [...ALWAYS_THERE].filter((name) => lacks(name));
  // Where npx has fetched it, Deno is in no folder of PATH.
  assertEquals(missing.filter((name) => name !== "deno"), []);
});

Deno.test("lacks() tells whether one of several programs is missing", () => {
  assertEquals(lacks(), false);
  assertEquals(lacks("sh", "cat"), false);
  assertEquals(lacks("sh", "no-such-program"), true);
});

Deno.test("isQemu is true only on the emulated CPU", () => {
  if (isQemu) assertEquals(Deno.build.arch, "aarch64");
  else assertEquals(Deno.env.get("HOSTKIT_QEMU"), undefined);
});

Deno.test("denoCommand starts this very Deno", async () => {
  const [program, ...args] = denoCommand;
  const { stdout } = await new Deno.Command(program, {
    args: [...args, "eval", "console.log(Deno.build.arch)"],
    signal: AbortSignal.timeout(60_000),
  }).output();
  assertEquals(new TextDecoder().decode(stdout), `${Deno.build.arch}\n`);
});

Deno.test("console.assert() throws, so that examples can fail", () => {
  const { assert } = console;
  assert(true);
  assertThrows(() => assert(false, "twice", 2), Error, "twice 2");
});
