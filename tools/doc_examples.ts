/**
 * The examples of the documentation: every code block marked `ts` in doc
 * comments and in Markdown.
 *
 * Blocks marked `ts ignore` mount file systems; `tests/docs` runs those blocks
 * that are programs.
 *
 * @module
 */

import { isTest, nameOf, type TestGroup } from "./test_files.ts";

/** A code block. */
export interface DocExample {
  /** The path of its file in the repository. */
  readonly source: string;
  /** The line number of its first statement, from 1. */
  readonly line: number;
  /** The code, without the margin of a comment. */
  readonly code: string;
  /**
   * Whether it is marked `ts ignore`: it is type-checked, but does not run
   * here.
   */
  readonly ignored: boolean;
}

/** Returns the examples of a text. */
export function examplesOf(source: string, text: string): DocExample[] {
  const blocks = text.matchAll(
    /^([ \t]*\* |)```ts( ignore)?\n(.*?)^\1```$/gms,
  );
  return Array.from(blocks, ({ index, 1: margin, 2: mark, 3: block }) => ({
    source,
    line: text.slice(0, index).split("\n").length + 1,
    code: margin === "" ? block! : block!.replaceAll(/^[ \t]*\* ?/gm, ""),
    ignored: mark !== undefined,
  }));
}

/** Returns the examples in all files that are not tests. */
export function findExamples(files: readonly URL[]): DocExample[] {
  return files
    .filter((file) => /\.(ts|md)$/.test(file.pathname) && !isTest(file))
    .flatMap((file) => examplesOf(nameOf(file), Deno.readTextFileSync(file)));
}

/**
 * Returns the path of an example's module. Its name is in a first line such as
 * `// name.ts`, for other examples to import, or else is the line number.
 */
export function moduleOf({ source, line, code }: DocExample): string {
  const [, name = `${line}.ts`] = /^\/\/ (\w+\.ts)\n/.exec(code) ?? [];
  return `${source}/${name}`;
}

/**
 * Writes each example as a module with the line numbers of its source file.
 *
 * @returns The paths of the modules, each beginning with the folder.
 */
export async function writeExamples(
  examples: readonly DocExample[],
  folder: string,
): Promise<string[]> {
  return await Promise.all(examples.map(async (example) => {
    const path = `${folder}/${moduleOf(example)}`;
    await Deno.mkdir(`${folder}/${example.source}`, { recursive: true });
    const above = "\n".repeat(example.line - 1);
    await Deno.writeTextFile(path, `${above}${example.code}export {};\n`);
    return path;
  }));
}

/** Returns the test group that runs examples in their folder. */
export function groupExamples(examples: readonly DocExample[]): TestGroup[] {
  const tests = examples.filter(({ ignored }) => !ignored).map((example) => {
    const name = JSON.stringify(`${example.source}:${example.line}`);
    const module = JSON.stringify(`./${moduleOf(example)}`);
    return `example(${name}, () => import(${module}));\n`;
  });
  if (tests.length === 0) return [];
  const example =
    `const example = (name: string, run: () => Promise<unknown>) =>
  Deno.test(name, async () => void (await run()));
`;
  return [{ name: "documentation", source: example + tests.join("") }];
}
