/**
 * The lint rules of this repository: the order of the folders, the folder of
 * unsafe code, the contents of a `mod.ts`, and the programs that a test may
 * start.
 *
 * @module
 */

import {
  forEachImport,
  literalText,
  pathInRepo,
  topFolder,
  topFolderOfFile,
  urlOfFile,
} from "./lint_imports.ts";
import { programsAsked } from "./lint_programs.ts";

/**
 * The folders, lowest layer first; each may import only from itself and from
 * folders before it.
 */
const CHAIN = [
  "ffi",
  "posix",
  "mmap",
  "usermem",
  "hostfd",
  "fuse",
  "examples",
  "cli",
];

const UNSAFE: ReadonlySet<string> = new Set([
  "UnsafeCallback",
  "UnsafeFnPointer",
  "UnsafePointer",
  "UnsafePointerView",
  "dlopen",
]);

/**
 * Calls `check` for each use of the runtime's FFI API.
 *
 * It compares only the names of members, so that an alias of `Deno` is found
 * too.
 */
function forEachUnsafe(
  check: (name: string, node: Deno.lint.Node) => void,
): Deno.lint.LintVisitor {
  const visit = (
    key: Deno.lint.Node,
    computed: boolean,
    node: Deno.lint.Node,
  ): void => {
    const name = key.type === "Identifier" && !computed
      ? key.name
      : literalText(key);
    if (name !== undefined && UNSAFE.has(name)) check(name, node);
  };
  return {
    MemberExpression: (node) => visit(node.property, node.computed, node),
    "ObjectPattern > Property": (node: Deno.lint.Property) =>
      visit(node.key, node.computed, node),
    TSQualifiedName: (node) => visit(node.right, false, node),
  };
}

/** Whether the comment directly above an offset's line contains `SAFETY:`. */
function hasSafetyComment(text: string, offset: number): boolean {
  const above = text.slice(0, offset).split("\n").slice(0, -1);
  const last = above.findLastIndex((line) => !/^\s*\/\//.test(line));
  return above.slice(last + 1).some((line) => /\/\/ SAFETY: \S/.test(line));
}

const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "layering": {
      create(context): Deno.lint.LintVisitor {
        const from = topFolderOfFile(context) ?? "";
        const rank = CHAIN.indexOf(from);
        if (rank < 0) return {};
        return forEachImport(context, (path, node) => {
          const to = topFolder(path);
          if (CHAIN.slice(0, rank + 1).includes(to)) return;
          // deno.json holds only the package's name and version.
          if (path === "deno.json") return;
          const message = `${from}/ may not import ${to ? `${to}/` : path}`;
          context.report({ node, message });
        });
      },
    },
    "private-file": {
      create(context): Deno.lint.LintVisitor {
        const from = topFolderOfFile(context);
        if (from === undefined || from === "tests") return {};
        return forEachImport(context, (path, node) => {
          const to = topFolder(path);
          if (to === from || !/\/_[^/]*$/.test(path)) return;
          context.report({ node, message: `${path} is private to ${to}/` });
        });
      },
    },
    "unsafe-folder": {
      create(context): Deno.lint.LintVisitor {
        const from = topFolderOfFile(context);
        if (from === undefined || ["ffi", "tests"].includes(from)) return {};
        return forEachUnsafe((name, node) => {
          context.report({ node, message: `Deno.${name} outside ffi/` });
        });
      },
    },
    "safety-comment": {
      create(context): Deno.lint.LintVisitor {
        if (topFolderOfFile(context) !== "ffi") return {};
        const { sourceCode } = context;
        return forEachUnsafe((name, node) => {
          // A type does nothing at run time, so it needs no comment.
          if (node.type === "TSQualifiedName") return;
          const statement = sourceCode.getAncestors(node).findLast(({ type }) =>
            /Statement$|^VariableDeclaration$|^PropertyDefinition$/.test(type)
          ) ?? node;
          if (hasSafetyComment(sourceCode.text, statement.range[0])) {
            return;
          }
          const message = `Deno.${name} without a // SAFETY: comment`;
          context.report({ node, message });
        });
      },
    },
    "programs-asked": programsAsked,
    "mod-reexports": {
      create(context): Deno.lint.LintVisitor {
        const path = pathInRepo(urlOfFile(context.filename));
        // cli/mod.ts is the command itself: what `deno run` starts.
        if (path === undefined || path === "cli/mod.ts") return {};
        if (!/(^|\/)mod\.ts$/.test(path)) return {};
        return {
          Program({ body }): void {
            for (const node of body) {
              if (node.type === "ExportAllDeclaration") continue;
              if (node.type === "ExportNamedDeclaration" && node.source) {
                continue;
              }
              const message = "A mod.ts holds nothing but re-exports";
              context.report({ node, message });
            }
          },
        };
      },
    },
  },
};
export default plugin;
