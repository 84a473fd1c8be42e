import { assert, assertEquals } from "@std/assert";
import { canMount, denoCommand, isQemu } from "../_support/platform.ts";

const TIMEOUT_MS = 120_000;
const ROOT = new URL("../../", import.meta.url);
const FOLDERS = ["ffi", "posix", "mmap", "usermem", "hostfd", "fuse", "cli"];

/**
 * Returns the snippets of a text that `deno test --doc` leaves alone, because
 * they mount.
 */
function snippetsOf(text: string): string[] {
  return [...text.matchAll(/^( \* |)```ts ignore\n(.*?)^\1```$/gms)]
    .map(([, margin, code]) =>
      margin === "" ? code! : code!.replaceAll(/^ \* ?/gm, "")
    );
}

function* sources(folder: URL): Generator<URL> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* sources(new URL(`${name}/`, folder));
    else if (name.endsWith(".ts")) yield new URL(name, folder);
  }
}

const README = snippetsOf(Deno.readTextFileSync(new URL("README.md", ROOT)));
const DOCUMENTATION = [
  new URL("mod.ts", ROOT),
  ...FOLDERS.flatMap((name) => [...sources(new URL(`${name}/`, ROOT))]),
].flatMap((url) => snippetsOf(Deno.readTextFileSync(url)));

/** Runs Deno on a snippet; returns its exit status and what it complained of. */
async function deno(
  args: string[],
  input?: string,
): Promise<[status: number, errors: string]> {
  const [program, ...first] = denoCommand;
  const child = new Deno.Command(program, {
    args: [...first, ...args],
    cwd: ROOT,
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).spawn();
  const writer = child.stdin.getWriter();
  if (input !== undefined) await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stderr } = await child.output();
  return [code, new TextDecoder().decode(stderr)];
}

/** Makes an assertion of a snippet end the program that runs it. */
const STRICT = `console.assert = (condition, ...message) => {
  if (!condition) throw new Error(\`Assertion failed: \${message}\`);
};
`;

Deno.test("Documentation has snippets that mount", () => {
  assert(README.length > 0 && DOCUMENTATION.length > 5);
});

for (const [i, code] of README.entries()) {
  Deno.test({
    name: `README.md: snippet ${i + 1} that mounts runs to its end`,
    ignore: !canMount,
    fn: async () => {
      const args = ["run", "--quiet", "--check", "--allow-all", "-"];
      assertEquals(await deno(args, STRICT + code), [0, ""]);
    },
  });
}

Deno.test({
  name: "Documentation's snippets that mount pass the type check",
  ignore: isQemu,
  fn: async () => {
    // Inside the package, where its own name leads to it.
    const dir = await Deno.makeTempDir({
      dir: new URL("tests/docs", ROOT).pathname,
      prefix: "snippets-",
    });
    try {
      const files = DOCUMENTATION.map((_, i) => `${dir}/${i}.ts`);
      await Promise.all(
        files.map((file, i) => Deno.writeTextFile(file, DOCUMENTATION[i]!)),
      );
      assertEquals(await deno(["check", "--quiet", ...files]), [0, ""]);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});
