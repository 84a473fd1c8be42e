/**
 * What the C compiler knows, asked without running what it makes, so that a
 * compiler for another CPU can be asked too.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { compiler } from "./platform.ts";

/** How long one compilation may take. */
const LIMIT_MS = 60_000;

/** What a compilation came to. */
export interface Compilation {
  /** Whether it went without an error. */
  readonly success: boolean;
  /** What the compiler wrote to standard output. */
  readonly output: string;
  /** What the compiler complained about, in English. */
  readonly errors: string;
}

/**
 * Compiles C source.
 *
 * @param source The text.
 * @param args Options, such as `-S` for assembly.
 * @param program The compiler.
 */
export function compile(
  source: string,
  args: readonly string[],
  program: string | undefined = compiler,
): Compilation {
  if (program === undefined) throw new Error("There is no C compiler");
  const { error, status, stdout, stderr } = spawnSync(
    program,
    ["-x", "c", "-D_GNU_SOURCE", ...args, "-o", "-", "-"],
    {
      encoding: "utf8",
      env: { ...Deno.env.toObject(), LC_ALL: "C" },
      input: source,
      timeout: LIMIT_MS,
    },
  );
  if (error) throw error;
  return { success: status === 0, output: stdout, errors: stderr };
}

/**
 * Evaluates constant integer expressions, such as `O_CREAT` or
 * `sizeof(struct stat)`.
 *
 * @param header The header to include, without brackets.
 * @param expressions The expressions.
 * @param program The compiler.
 * @returns The value of each as a `long long`, exact up to 2^53, or `undefined`
 * where the compiler refuses it: there is no such header, or no such thing in
 * it.
 * @throws {Error} If the header cannot be included alone.
 */
export function evaluate(
  header: string,
  expressions: readonly string[],
  program?: string,
): (number | undefined)[] {
  const candidates = new Set(expressions.keys());
  for (;;) {
    const { success, output, errors } = compile(
      sourceOf(header, expressions, candidates),
      ["-S"],
      program,
    );
    if (success) return valuesIn(output, expressions.length);
    // Without those it refused, the compiler gets to the next ones.
    const refused = errors.matchAll(/^expression:(\d+):\d+: error:/gm);
    let progress = false;
    for (const [, line] of refused) {
      progress = candidates.delete(Number(line) - 1) || progress;
    }
    if (!progress) throw new Error(`Cannot compile <${header}>:\n${errors}`);
  }
}

/** Each expression becomes a string in the assembly: `->index value`. */
function sourceOf(
  header: string,
  expressions: readonly string[],
  candidates: ReadonlySet<number>,
): string {
  const statements = Array.from(candidates, (i) => {
    const value = `(long long) (${expressions[i]})`;
    return `#line ${i + 1} "expression"\n` +
      `asm("\\n.ascii \\"->${i} %0\\"" :: "n"(${value}));`;
  });
  return [
    `#if __has_include(<${header}>)`,
    `#include <${header}>`,
    "#endif",
    "void expressions(void) {",
    ...statements,
    "}",
    "",
  ].join("\n");
}

/** Reads the strings; some CPUs' assembly marks a constant with `$` or `#`. */
function valuesIn(assembly: string, count: number): (number | undefined)[] {
  const values = new Array<number | undefined>(count).fill(undefined);
  for (const [, i, value] of assembly.matchAll(/"->(\d+) [$#]?(-?\d+)"/g)) {
    values[Number(i)] = Number(value);
  }
  return values;
}
