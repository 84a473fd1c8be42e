import { assert, assertEquals } from "@std/assert";
import { ROOT } from "../../tools/command.ts";
import {
  type DocExample,
  examplesOf,
  findExamples,
  groupExamples,
  moduleOf,
  writeExamples,
} from "../../tools/doc_examples.ts";
import { filesUnder } from "../../tools/test_files.ts";
import { canMount, denoCommand, hasProgram } from "../_support/platform.ts";

const TIMEOUT_MS = 120_000;

/** Returns the examples of a document that mount. */
function mounting(source: string): DocExample[] {
  return examplesOf(source, Deno.readTextFileSync(new URL(source, ROOT)))
    .filter(({ ignored }) => ignored);
}

/** Writes examples, and runs one of them as a program. */
async function run(
  examples: readonly DocExample[],
  example: DocExample,
): Promise<[status: number, errors: string]> {
  // In the package, where its name leads to it.
  const dir = await Deno.makeTempDir({
    dir: new URL("tests/docs", ROOT).pathname,
    prefix: "snippets-",
  });
  try {
    await writeExamples(examples, dir);
    const [program, ...first] = denoCommand;
    const { code, stderr } = await new Deno.Command(program, {
      args: [
        ...first,
        "run",
        "--quiet",
        "--allow-all",
        `--preload=${ROOT}tests/_support/preload.ts`,
        `${dir}/${moduleOf(example)}`,
      ],
      cwd: ROOT,
      stdin: "null",
      stdout: "null",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).output();
    return [code, new TextDecoder().decode(stderr)];
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

for (
  const [source, programs] of [
    ["README.md", []],
    ["docs/writing-a-file-system.md", ["setpriv"]],
  ] as const
) {
  const examples = mounting(source);

  Deno.test(`${source} has examples that mount`, () => {
    assert(examples.length > 0);
  });

  for (const example of examples) {
    // What has a name is there for others to import.
    if (!/\d+\.ts$/.test(moduleOf(example))) continue;
    Deno.test({
      name: `${source}:${example.line}, which mounts, runs to its end`,
      ignore: !canMount || !programs.every(hasProgram),
      fn: async () => assertEquals(await run(examples, example), [0, ""]),
    });
  }
}

const TEXT = `Text.

\`\`\`ts
first();
\`\`\`

  /**
   * \`\`\`ts ignore
   * // named.ts
   *
   * if (second) {
   *   third();
   * }
   * \`\`\`
   */
\`\`\`sh
fourth
\`\`\`
`;

Deno.test("examplesOf() takes code from text and from comments", () => {
  assertEquals(examplesOf("a.md", TEXT), [
    { source: "a.md", line: 4, code: "first();\n", ignored: false },
    {
      source: "a.md",
      line: 9,
      code: "// named.ts\n\nif (second) {\n  third();\n}\n",
      ignored: true,
    },
  ]);
});

Deno.test("writeExamples() keeps the numbers of the lines", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const paths = await writeExamples(examplesOf("a.md", TEXT), dir);
    assertEquals(paths, [`${dir}/a.md/4.ts`, `${dir}/a.md/named.ts`]);
    const [first, second] = paths.map((path) =>
      Deno.readTextFileSync(path).split("\n")
    );
    assertEquals(first![4 - 1], "first();");
    assertEquals(second![12 - 1], "  third();");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("groupExamples() names a test for the place of the example", () => {
  const [group] = groupExamples(examplesOf("a.md", TEXT));
  const tests = group!.source.match(/^example\(.*/gm);
  assertEquals(tests, ['example("a.md:4", () => import("./a.md/4.ts"));']);
});

Deno.test("No code of the documentation is overlooked", () => {
  const files = filesUnder(ROOT);
  const found = Map.groupBy(findExamples(files), ({ source }) => source);
  for (const file of files) {
    const source = file.href.slice(ROOT.href.length);
    if (!/\.(md|ts)$/.test(source) || source.startsWith("tests/")) continue;
    const fences = Deno.readTextFileSync(file)
      .match(/^[ \t]*(\* *)?```(?!(sh|mermaid)$)\S.*$/gm) ?? [];
    assertEquals(found.get(source)?.length ?? 0, fences.length, source);
  }
});
