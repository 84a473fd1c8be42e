import { assertEquals, assertStringIncludes } from "@std/assert";
import { denoCommand } from "../_support/platform.ts";

const [program, ...words] = denoCommand;

/** Starts the example with `--allow-ffi` alone. */
function start(...args: string[]): Deno.ChildProcess {
  return new Deno.Command(program, {
    args: [
      ...words,
      "run",
      "--no-prompt",
      "--allow-ffi",
      "examples/pass_fd.ts",
      ...args,
    ],
    cwd: new URL("../..", import.meta.url),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(60_000),
  }).spawn();
}

Deno.test({
  name: "examples/pass_fd.ts passes a file on, with --allow-ffi alone",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const path = await Deno.makeTempFile();
    try {
      const text = "for your eyes\n".repeat(20_000);
      await Deno.writeTextFile(path, text);
      const name = `pass_fd_test-${Deno.pid}`;
      await using receiver = start("receive", name);
      const stdout = new Response(receiver.stdout).text();
      // It listens once it says so.
      const errors = receiver.stderr.getReader();
      const { value } = await errors.read();
      assertStringIncludes(new TextDecoder().decode(value), name);
      await using sender = start("send", name, path);
      const { code, stderr } = await sender.output();
      assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
      assertEquals(await stdout === text, true);
      assertEquals((await errors.read()).done, true);
      assertEquals((await receiver.status).code, 0);
    } finally {
      await Deno.remove(path);
    }
  },
});
