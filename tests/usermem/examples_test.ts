import { assertEquals, assertStringIncludes } from "@std/assert";
import { denoCommand, hasCompiler } from "../_support/platform.ts";
import { CChild } from "./_c_child.ts";
import { PAGE } from "./_pages.ts";

const isLinux = Deno.build.os === "linux";

/** Runs an example with `--allow-ffi` alone. */
async function run(
  name: string,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  const [command, ...words] = denoCommand;
  const path = `examples/${name}.ts`;
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: [...words, "run", "--no-prompt", "--allow-ffi", path, ...args],
    cwd: new URL("../..", import.meta.url),
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(60_000),
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes)
  );
  return { code, out: out!, err: err! };
}

Deno.test({
  name:
    "examples/peek.ts prints arguments, environment and memory of a process",
  ignore: !isLinux || !hasCompiler,
  fn: async () => {
    await using child = await CChild.start();
    const { code, out, err } = await run("peek", `${child.pid}`);
    assertEquals({ code, err }, { code: 0, err: "" });
    assertStringIncludes(out, "\n  one\n  two words\n\nEnvironment\n");
    assertStringIncludes(out, "\n  HOSTKIT_CHILD=yes\n");
    const guard = child.addresses.guard.toString(16);
    const line = out.split("\n").find((each) =>
      each.includes(`  0x${guard}-`)
    )!;
    assertEquals(line.split(/ +/).slice(2), [
      "---p",
      "0K",
      "of",
      `${PAGE / 1024}K`,
    ]);
    assertEquals(/\n[1-9][0-9]*K in memory\n$/.test(out), true);
  },
});

Deno.test({
  name: "examples/find_in_memory.ts prints where a text is",
  ignore: !isLinux || !hasCompiler,
  fn: async () => {
    await using child = await CChild.start();
    const { code, out, err } = await run(
      "find_in_memory",
      `${child.pid}`,
      "hello from C",
    );
    assertEquals({ code, err }, { code: 0, err: "" });
    const address = `0x${child.addresses.greeting.toString(16)} /`;
    assertStringIncludes(out, address);
    assertStringIncludes(out, " hello from C\n");
    const none = await run("find_in_memory", `${child.pid}`, "no such text");
    assertEquals(none, { code: 1, out: "", err: "" });
  },
});

Deno.test({
  name: "examples/peek.ts and find_in_memory.ts explain what goes wrong",
  ignore: !isLinux,
  fn: async () => {
    const nobody = `${2 ** 31 - 1}`;
    assertEquals(await run("peek"), {
      code: 2,
      out: "",
      err: "Usage: peek.ts PID\n",
    });
    assertEquals(await run("find_in_memory", nobody, ""), {
      code: 2,
      out: "",
      err: "Usage: find_in_memory.ts PID TEXT\n",
    });
    const { code, err } = await run("peek", nobody);
    assertEquals(code, 1);
    assertEquals(
      err,
      `Cannot peek at ${nobody}: pidfd_open: ESRCH: No such process\n`,
    );
    assertEquals((await run("find_in_memory", nobody, "x")).code, 1);
  },
});
