import { assert, assertEquals } from "@std/assert";
import {
  canMount,
  denoCommand,
  hasProgram,
  isQemu,
} from "../_support/platform.ts";

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
const GUIDE = snippetsOf(
  Deno.readTextFileSync(new URL("docs/writing-a-file-system.md", ROOT)),
);
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
  assert(README.length > 0 && GUIDE.length > 8 && DOCUMENTATION.length > 5);
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

/** Files with snippets: one that another loads says its name first. */
const GUIDE_FILES = new Map(GUIDE.map((code, i) => {
  const [, name = `${i + 1}.ts`] = /^\/\/ (\w+\.ts)\n/.exec(code) ?? [];
  return [name, code];
}));

/** Calls `body` with a directory in the package, where its name leads to it. */
async function withFiles(
  files: ReadonlyMap<string, string>,
  body: (dir: string) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir({
    dir: new URL("tests/docs", ROOT).pathname,
    prefix: "snippets-",
  });
  try {
    for (const [name, code] of files) {
      await Deno.writeTextFile(`${dir}/${name}`, code);
    }
    await body(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

for (const name of GUIDE_FILES.keys()) {
  if (!/^\d/.test(name)) continue;
  Deno.test({
    name: `docs/writing-a-file-system.md: snippet ${name} runs to its end`,
    ignore: !canMount || !hasProgram("setpriv"),
    fn: () =>
      withFiles(GUIDE_FILES, async (dir) => {
        const assertions = `--preload=${ROOT}tests/_support/preload.ts`;
        const args = ["run", "--quiet", "--allow-all", assertions];
        assertEquals(await deno([...args, `${dir}/${name}`]), [0, ""]);
      }),
  });
}

for (
  const [what, files] of [
    ["docs/writing-a-file-system.md's snippets", GUIDE_FILES],
    [
      "Documentation's snippets that mount",
      new Map(DOCUMENTATION.map((code, i) => [`${i}.ts`, code])),
    ],
  ] as const
) {
  Deno.test({
    name: `${what} pass the type check`,
    ignore: isQemu,
    fn: () =>
      withFiles(files, async (dir) => {
        const paths = [...files.keys()].map((name) => `${dir}/${name}`);
        assertEquals(await deno(["check", "--quiet", ...paths]), [0, ""]);
      }),
  });
}
