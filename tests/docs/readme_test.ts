import { assert, assertEquals } from "@std/assert";
import { canMount, denoCommand } from "../_support/platform.ts";

const TIMEOUT_MS = 60_000;
const README = Deno.readTextFileSync(
  new URL("../../README.md", import.meta.url),
);
const SNIPPETS = [...README.matchAll(/^```ts no-run\n(.*?)^```$/gms)].map(
  ([, code]) => code!,
);

/** Makes an assertion of a snippet end the program that runs it. */
const STRICT = `console.assert = (condition, ...message) => {
  if (!condition) throw new Error(\`Assertion failed: \${message}\`);
};
`;

Deno.test("README.md has snippets that mount", () => {
  assert(SNIPPETS.length > 0);
});

for (const [i, code] of SNIPPETS.entries()) {
  Deno.test({
    name: `README.md: snippet ${i + 1} that mounts runs to its end`,
    ignore: !canMount,
    fn: async () => {
      const [program, ...args] = denoCommand;
      const child = new Deno.Command(program, {
        args: [...args, "run", "--quiet", "--check", "--allow-all", "-"],
        cwd: new URL("../..", import.meta.url),
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).spawn();
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(STRICT + code));
      await writer.close();
      const { code: status, stderr } = await child.output();
      assertEquals([status, new TextDecoder().decode(stderr)], [0, ""]);
    },
  });
}
