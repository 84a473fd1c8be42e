import { assertEquals, assertRejects } from "@std/assert";
import { ERRNO_USAGE, errnoCommand } from "../../cli/errno_command.ts";
import { UsageError } from "../../cli/usage_error.ts";
import { errnoHelp, errnoName } from "../../posix/mod.ts";
import { withPrinted } from "./with_printed.ts";

/** Runs the command, which must succeed, and returns what it prints. */
function errno(...args: string[]): Promise<string> {
  return withPrinted(async () => assertEquals(await errnoCommand(args), 0));
}

Deno.test("hostkit errno tells what a name or number means, in any case", async () => {
  const text = `ENOENT (2): No such file or directory\n\n${errnoHelp(2)}\n`;
  for (const arg of ["ENOENT", "enoent", "2"]) {
    assertEquals(await errno(arg), text);
  }
});

Deno.test("hostkit errno knows a second name by the first", async () => {
  assertEquals((await errno("EWOULDBLOCK")).split(" ")[0], "EAGAIN");
});

Deno.test("hostkit errno lists every error number", async () => {
  const lines = (await errno()).trimEnd().split("\n");
  const names = Array.from({ length: 256 }, (_, n) => errnoName(n));
  assertEquals(
    lines.map((line) => line.trim().split(/\s+/)[1]),
    names.filter((name) => name !== ""),
  );
  assertEquals(lines[1], "  2  ENOENT           No such file or directory");
});

Deno.test("hostkit errno --json prints JSON, of one and of all", async () => {
  const one = JSON.parse(await errno("--json", "ENOENT"));
  assertEquals(one, {
    name: "ENOENT",
    number: 2,
    text: "No such file or directory",
    help: errnoHelp(2),
  });
  const all = JSON.parse(await errno("--json"));
  assertEquals(all[1], one);
});

Deno.test("hostkit errno --help prints how it is called", async () => {
  assertEquals(await errno("--help"), ERRNO_USAGE);
});

Deno.test("hostkit errno fails on what is no error", async () => {
  for (const name of ["EFOO", "0", "99999", "2.5", "toString", ""]) {
    await assertRejects(
      () => errnoCommand([name]),
      Error,
      `unknown error ${name}`,
    );
  }
});

Deno.test("hostkit errno throws UsageError on two names and unknown options", async () => {
  await assertRejects(() => errnoCommand(["ENOENT", "EPERM"]), UsageError);
  await assertRejects(() => errnoCommand(["--yaml"]), UsageError, "--yaml");
});
