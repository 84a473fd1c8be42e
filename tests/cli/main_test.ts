import { assertEquals, assertMatch } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { MOUNT_USAGE } from "../../cli/mount_command.ts";
import { UNMOUNT_USAGE } from "../../cli/unmount_command.ts";
import { hostkit } from "../_support/hostkit.ts";
import { isQemu } from "../_support/platform.ts";
import { callMain } from "./call_main.ts";

function succeeded(stdout: string) {
  return { code: 0, stdout, stderr: "" };
}

Deno.test(
  "hostkit version prints the package's version",
  { ignore: isQemu },
  async () => {
    const version = succeeded(`${config.version}\n`);
    assertEquals(await hostkit("version"), version);
    assertEquals(await callMain("--version"), version);
  },
);

Deno.test("hostkit, hostkit help and hostkit --help print how it is used", {
  ignore: isQemu,
}, async () => {
  const none = await hostkit();
  assertEquals([none.code, none.stderr], [0, ""]);
  assertMatch(none.stdout, /^Usage: hostkit COMMAND/);
  for (const name of ["mount", "unmount", "version"]) {
    assertMatch(none.stdout, new RegExp(`^  ${name}`, "m"));
  }
  for (const word of ["help", "--help", "-h"]) {
    assertEquals(await callMain(word), none);
  }
});

Deno.test(
  "hostkit COMMAND --help prints how the command is used, whatever else is there",
  { ignore: isQemu },
  async () => {
    const words = ["mount", "hello", "--help"];
    assertEquals(await hostkit(...words), succeeded(MOUNT_USAGE));
    assertEquals(await callMain("mount", "--help"), succeeded(MOUNT_USAGE));
    assertEquals(await callMain("unmount", "--help"), succeeded(UNMOUNT_USAGE));
  },
);

Deno.test(
  "hostkit refuses an unknown command with 2 and one line on standard error",
  { ignore: isQemu },
  async () => {
    for (const name of ["frobnicate", "constructor", "", "--frobnicate"]) {
      const { code, stdout, stderr } = await callMain(name);
      assertEquals([code, stdout], [2, ""], name);
      assertMatch(stderr, /^hostkit: [^\n]+\n$/);
    }
  },
);
