/**
 * The imports between the files of the repository, and circles among them.
 *
 * @module
 */

import { ROOT } from "./command.ts";
import { forEachImport } from "./lint_imports.ts";
import { filesUnder, nameOf } from "./test_files.ts";

/** The imports of each file or folder, by paths in the repository. */
export type ImportGraph = ReadonlyMap<string, ReadonlySet<string>>;

/** A lint plugin that reports the path of each import. */
const IMPORTS: Deno.lint.Plugin = {
  name: "imports",
  rules: {
    import: {
      create: (context) =>
        forEachImport(
          context,
          (message, node) => context.report({ node, message }),
        ),
    },
  },
};

/**
 * Returns the files that a source imports, including imports of types. Works
 * only in a test, since the runtime offers its parser only there.
 *
 * @param path The path of the source in the repository.
 */
export function importsOf(path: string, source: string): Set<string> {
  const filename = decodeURIComponent(new URL(path, ROOT).pathname);
  return new Set(
    Deno.lint.runPlugin(IMPORTS, filename, source).map(({ message }) =>
      message
    ),
  );
}

/**
 * Returns the imports of each TypeScript file of the repository except tests.
 */
export function importGraph(): ImportGraph {
  const sources = filesUnder(ROOT)
    .map((file) => [nameOf(file), file] as const)
    .filter(([path]) => path.endsWith(".ts") && !path.startsWith("tests/"));
  return new Map(
    sources.map(([path, file]) => [
      path,
      importsOf(path, Deno.readTextFileSync(file)),
    ]),
  );
}

/** Returns the folder of a path: `""` for a file of the root. */
function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/**
 * Returns the imports of each folder. A folder and its subfolder count as one
 * place: each may import from the other.
 */
export function folderGraph(files: ImportGraph): ImportGraph {
  const folders = new Map<string, Set<string>>();
  for (const [file, imported] of files) {
    const from = folderOf(file);
    const known = folders.get(from) ?? new Set();
    folders.set(from, known);
    for (const to of [...imported].map(folderOf)) {
      const isNested = `${to}/`.startsWith(`${from}/`) ||
        `${from}/`.startsWith(`${to}/`) || from === "" || to === "";
      if (!isNested) known.add(to);
    }
  }
  return folders;
}

/**
 * Returns the circles of a graph: its strongly connected components, sorted by
 * name. A single node is a circle if it imports itself.
 */
export function circlesOf(graph: ImportGraph): string[][] {
  const circles: string[][] = [];
  const found = new Map<string, number>();
  const open: string[] = [];
  const visit = (name: string): number => {
    const own = found.size;
    let lowest = own;
    found.set(name, own);
    open.push(name);
    for (const next of graph.get(name) ?? []) {
      if (!found.has(next)) lowest = Math.min(lowest, visit(next));
      else if (open.includes(next)) {
        lowest = Math.min(lowest, found.get(next)!);
      }
    }
    if (lowest === own) {
      const group = open.splice(open.lastIndexOf(name));
      if (group.length > 1 || graph.get(name)?.has(name)) {
        circles.push(group.sort());
      }
    }
    return lowest;
  };
  for (const name of graph.keys()) if (!found.has(name)) visit(name);
  return circles;
}
