/**
 * A lint rule: a test declares each program that it starts, unless every
 * machine has the program.
 *
 * @module
 */

import { ALWAYS_THERE } from "../tests/_support/always_there.ts";
import { commandsOf } from "./shell_commands.ts";

/** The position of the program among the arguments of a function. */
const STARTERS: Readonly<Record<string, number>> = {
  output: 0,
  run: 0,
  runAndInterrupt: 1,
  exec: 0,
  execFile: 0,
  execFileSync: 0,
  execSync: 0,
  spawn: 0,
  spawnSync: 0,
};

/** Names of helpers that check for programs, with these programs. */
const QUESTIONS: Readonly<Record<string, readonly string[]>> = {
  hasCompiler: ["cc", "gcc"],
  compiler: ["cc", "gcc"],
  hasFusermount: ["fusermount3"],
};

/** The names of functions that declare a test. */
const TEST = /(^|\.)test$|Test$/;

/** A program that a statement starts or declares. */
interface Mention {
  readonly program: string;
  readonly node: Deno.lint.Node;
  readonly statement: Deno.lint.Node;
}

type Text = Deno.lint.Node | null | undefined;

/**
 * Returns the text of an expression; parts that are known only at run time
 * become `\0`.
 */
function textOf(node: Text, constants: ReadonlyMap<string, Text>): string {
  if (node?.type === "Literal") return String(node.value);
  if (node?.type === "TemplateLiteral") {
    return node.quasis.map(({ cooked }) => cooked).join("\0");
  }
  if (node?.type === "Identifier" && constants.has(node.name)) {
    return textOf(constants.get(node.name), new Map());
  }
  return node?.type === "BinaryExpression"
    ? textOf(node.left, constants) + textOf(node.right, constants)
    : "\0";
}

/** Returns the name of a called function: `f` for both `f()` and `a.b.f()`. */
function nameOf(callee: Deno.lint.Node): string {
  if (callee.type === "Identifier") return callee.name;
  return callee.type === "MemberExpression" &&
      callee.property.type === "Identifier"
    ? callee.property.name
    : "";
}

/** Returns the words of a command line, given by the arguments of a call. */
function wordsOf(args: readonly Deno.lint.Node[]): Deno.lint.Node[] {
  return args.flatMap((arg) => {
    if (arg.type === "ArrayExpression") {
      return wordsOf(arg.elements as Deno.lint.Node[]);
    }
    if (arg.type !== "ObjectExpression") return [arg];
    return arg.properties.flatMap((property) =>
      property.type === "Property" && nameOf(property.key) === "args"
        ? wordsOf([property.value as Deno.lint.Node])
        : []
    );
  });
}

/** The rule. */
export const programsAsked: Deno.lint.Rule = {
  create(context): Deno.lint.LintVisitor {
    if (!/\/tests\//.test(context.filename)) return {};
    const constants = new Map<string, Text>();
    const commands: Deno.lint.Node[][] = [];
    const calls: [name: string, words: Deno.lint.Node[]][] = [];
    const scripts: Deno.lint.Node[] = [];
    const asked: Mention[] = [];
    const tests = new Set<Deno.lint.Node>();
    const own = new Set<string>();
    const { sourceCode } = context;

    const statementOf = (node: Deno.lint.Node): Deno.lint.Node =>
      sourceCode.getAncestors(node)[1] ?? node;
    const ask = (node: Deno.lint.Node, ...programs: string[]): void => {
      for (const program of programs) {
        asked.push({ program, node, statement: statementOf(node) });
      }
    };

    /**
     * Returns all programs that a command line starts, directly or through a
     * shell.
     */
    const programsOf = (words: readonly Deno.lint.Node[]): string[] => {
      const [program, ...args] = words.map((word) => textOf(word, constants));
      if (program === undefined) return [];
      const name = program.replace(/^\/.*\//, "");
      if (name === "timeout") {
        const at = args.findIndex((arg, i) =>
          !/^(-.*|[\d.]+[smh]?)$/.test(arg) &&
          !/^-[ks]$/.test(args[i - 1] ?? "")
        );
        return [name, ...at < 0 ? [] : programsOf(words.slice(at + 1))];
      }
      const option = args.findIndex((arg) => /^-\w*c$/.test(arg));
      const isShell = name === "sh" || name === "bash";
      const script = isShell && option >= 0 ? args[option + 1] ?? "" : "";
      return [name, ...commandsOf(script)];
    };

    return {
      FunctionDeclaration({ id }): void {
        if (id) own.add(id.name);
      },
      VariableDeclarator({ id, init }): void {
        if (id.type === "Identifier") constants.set(id.name, init);
      },
      NewExpression({ callee, arguments: args }): void {
        if (nameOf(callee) === "Command") commands.push(wordsOf(args));
      },
      CallExpression(node): void {
        const { callee, arguments: args } = node;
        const name = nameOf(callee);
        if (TEST.test(name)) tests.add(statementOf(node));
        if (Object.hasOwn(STARTERS, name)) {
          const words = wordsOf(args.slice(STARTERS[name]));
          // `exec` of a regular expression has one argument, and no shell.
          if (words.length > 0 && callee.type === "Identifier") {
            calls.push([name, words]);
          }
        }
        if (name === "holdOpen" && args.length > 1) scripts.push(args[1]!);
        if (name === "lacks" || name === "hasProgram") {
          ask(node, ...args.map((arg) => textOf(arg, constants)));
        }
      },
      Identifier(node): void {
        if (Object.hasOwn(QUESTIONS, node.name)) {
          ask(node, ...QUESTIONS[node.name]!);
        }
      },
      Property(node): void {
        const name = nameOf(node.key);
        if (name === "script") scripts.push(node.value as Deno.lint.Node);
        if (name === "programs" && node.value.type === "ArrayExpression") {
          const words = node.value.elements.map((it) =>
            textOf(it as Text, constants)
          );
          ask(node, ...words);
        }
      },
      "Program:exit"(): void {
        const check = (node: Deno.lint.Node, programs: string[]): void => {
          const statement = statementOf(node);
          const isAsked = (program: string): boolean =>
            asked.some((it) =>
              it.program === program &&
              (it.statement === statement || !tests.has(statement) ||
                !tests.has(it.statement))
            );
          for (const program of new Set(programs)) {
            if (!/^[\w.+-]+$/.test(program)) continue;
            if (ALWAYS_THERE.has(program) || isAsked(program)) continue;
            const message = `${program} is started but not declared`;
            context.report({ node, message });
          }
        };
        for (const [name, words] of calls) {
          // A function declared in this file only shares the name.
          if (!own.has(name)) commands.push(words);
        }
        for (const words of commands) {
          if (words.length > 0) check(words[0]!, programsOf(words));
        }
        for (const node of scripts) {
          check(node, commandsOf(textOf(node, constants)));
        }
      },
    };
  },
};
