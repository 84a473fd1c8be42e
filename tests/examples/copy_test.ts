import { assert, assertEquals, assertMatch } from "@std/assert";
import { hasRing } from "../hostfd/uring/_ring.ts";
import { denoCommand } from "../_support/platform.ts";

const [program, ...words] = denoCommand;

/** The examples that copy, and whether this machine can run them. */
const EXAMPLES = {
  "copy.ts": Deno.build.os === "linux",
  "ring_copy.ts": hasRing,
};

/** Runs an example with `--allow-ffi` alone. */
function copy(example: string, ...args: string[]): Promise<Deno.CommandOutput> {
  return new Deno.Command(program, {
    args: [
      ...words,
      "run",
      "--no-prompt",
      "--allow-ffi",
      `examples/${example}`,
      ...args,
    ],
    cwd: new URL("../..", import.meta.url),
    stdin: "null",
    signal: AbortSignal.timeout(60_000),
  }).output();
}

for (const [example, canRun] of Object.entries(EXAMPLES)) {
  Deno.test({
    name: `examples/${example} copies and shows a bar, with --allow-ffi alone`,
    ignore: !canRun,
    fn: async () => {
      const dir = await Deno.makeTempDir();
      try {
        const bytes = new Uint8Array((20 << 20) + 17);
        crypto.getRandomValues(bytes.subarray(0, 65536));
        bytes.fill(7, 16 << 20);
        await Deno.writeFile(`${dir}/from`, bytes);
        await Deno.writeTextFile(`${dir}/to`, "something else");
        const { success, stderr } = await copy(
          example,
          `${dir}/from`,
          `${dir}/to`,
        );
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
    name: `examples/${example} copies what the kernel does not, such as /proc`,
    ignore: !canRun,
    fn: async () => {
      const target = await Deno.makeTempFile();
      try {
        const { success } = await copy(example, "/proc/version", target);
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
}
