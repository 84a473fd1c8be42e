import { assert, assertEquals, assertRejects } from "@std/assert";
import { denoCommand, hasProgram } from "../_support/platform.ts";

Deno.test({
  name:
    "examples/shared_memory.ts: Python follows a pointer that Deno wrote, and answers",
  ignore: Deno.build.os !== "linux" || !hasProgram("python3"),
  fn: async () => {
    const [program, ...args] = denoCommand;
    const child = new Deno.Command(program, {
      args: [
        ...args,
        "run",
        "--no-prompt",
        "--allow-ffi",
        "--allow-run=python3",
        "examples/shared_memory.ts",
      ],
      cwd: new URL("../..", import.meta.url),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      signal: AbortSignal.timeout(60_000),
    }).spawn();
    const { success, stdout, stderr } = await child.output();
    const decoder = new TextDecoder();
    assert(success, decoder.decode(stderr));
    assertEquals(
      decoder.decode(stdout),
      "Deno wrote 30 bytes at 0x20000000020\n" +
        "Python reads at 0x20000000020: This works as mmap() does in C\n" +
        "Deno reads the answer: 30 characters received\n",
    );
    await assertRejects(
      () => Deno.stat(`/dev/shm/hostkit-example-${child.pid}`),
      Deno.errors.NotFound,
    );
  },
});
