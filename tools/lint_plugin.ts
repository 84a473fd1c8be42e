/**
 * The lint rules of this repository: the order of the folders, the folder of
 * unsafe code, the entries of a folder, and the programs that a test may start.
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

/** Returns the last part of a path. */
function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/**
 * Returns why one file may not import another, or `undefined` if it may.
 *
 * A folder has two entries for the files outside it: `mod.ts`, which is public,
 * and `internal.ts`, for this package alone. A folder inside a folder counts as
 * a part of it, so its files import those above them directly.
 */
function entryRefusal(from: string, path: string): string | undefined {
  const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
  const name = baseName(path);
  if (name === "internal.ts" && baseName(from) === "mod.ts") {
    return `${from} is public, and ${path} is not`;
  }
  if (name === "internal.ts" && topFolder(from) === "examples") {
    return `An example uses only public modules, not ${path}`;
  }
  const isInside = folder === "" || from.startsWith(`${folder}/`);
  if (isInside || name === "mod.ts" || name === "internal.ts") return undefined;
  const top = topFolder(path);
  if (CHAIN.includes(top) && top !== "examples") {
    return `Import ${folder}/mod.ts or ${folder}/internal.ts, not ${path}`;
  }
  return name.startsWith("_") && top !== topFolder(from)
    ? `${path} is private to ${top}/`
    : undefined;
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
    "folder-entry": {
      create(context): Deno.lint.LintVisitor {
        const from = pathInRepo(urlOfFile(context.filename));
        // A test may import any file.
        if (from === undefined || topFolder(from) === "tests") return {};
        return forEachImport(context, (path, node) => {
          const message = entryRefusal(from, path);
          if (message !== undefined) context.report({ node, message });
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
    "entry-reexports": {
      create(context): Deno.lint.LintVisitor {
        const path = pathInRepo(urlOfFile(context.filename));
        // cli/mod.ts is the command itself: what `deno run` starts.
        if (path === undefined || path === "cli/mod.ts") return {};
        if (!/(^|\/)(mod|internal)\.ts$/.test(path)) return {};
        return {
          Program({ body }): void {
            for (const node of body) {
              if (node.type === "ExportAllDeclaration") continue;
              if (node.type === "ExportNamedDeclaration" && node.source) {
                continue;
              }
              const message = "An entry of a folder holds only re-exports";
              context.report({ node, message });
            }
          },
        };
      },
    },
  },
};
export default plugin;
