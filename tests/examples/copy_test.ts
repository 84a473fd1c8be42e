import { assert, assertEquals, assertMatch } from "@std/assert";
import { denoCommand } from "../_support/platform.ts";

const [program, ...words] = denoCommand;

/** Runs the example with `--allow-ffi` alone. */
function copy(...args: string[]): Promise<Deno.CommandOutput> {
  return new Deno.Command(program, {
    args: [
      ...words,
      "run",
      "--no-prompt",
      "--allow-ffi",
      "examples/copy.ts",
      ...args,
    ],
    cwd: new URL("../..", import.meta.url),
    stdin: "null",
    signal: AbortSignal.timeout(60_000),
  }).output();
}

Deno.test({
  name: "examples/copy.ts copies and shows a bar, with --allow-ffi alone",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const dir = await Deno.makeTempDir();
    try {
      const bytes = new Uint8Array((20 << 20) + 17);
      crypto.getRandomValues(bytes.subarray(0, 65536));
      bytes.fill(7, 16 << 20);
      await Deno.writeFile(`${dir}/from`, bytes);
      await Deno.writeTextFile(`${dir}/to`, "something else");
      const { success, stderr } = await copy(`${dir}/from`, `${dir}/to`);
      const bar = new TextDecoder().decode(stderr);
      assert(success, bar);
      const back = await Deno.readFile(`${dir}/to`);
      assert(
        back.length === bytes.length && back.every((b, i) => b === bytes[i]),
      );
      assertMatch(bar, /\b[1-9]\d? %/);
      assert(bar.endsWith("100 %\n"), bar);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});

Deno.test({
  name: "examples/copy.ts copies what the kernel does not, such as /proc",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const target = await Deno.makeTempFile();
    try {
      const { success } = await copy("/proc/version", target);
      assert(success);
      assertEquals(
        await Deno.readTextFile(target),
        await Deno.readTextFile("/proc/version"),
      );
    } finally {
      await Deno.remove(target);
    }
  },
});
