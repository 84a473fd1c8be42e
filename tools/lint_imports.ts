/**
 * Resolution of imports to files of the repository.
 *
 * @module
 */

const ROOT = new URL("../", import.meta.url);

/** The package's name, by which examples import it. */
const PACKAGE = "@hostkit/hostkit";

/** Returns a file's path below the repository, or `undefined` outside it. */
export function pathInRepo(url: URL): string | undefined {
  return url.href.startsWith(ROOT.href)
    ? url.href.slice(ROOT.href.length)
    : undefined;
}

/** Returns the URL of the file under a rule. */
export function urlOfFile(filename: string): URL {
  const url = new URL(ROOT);
  url.pathname = filename;
  return url;
}

/** Returns the first folder of a path in the repository, or `""`. */
export function topFolder(path: string): string {
  return path.includes("/") ? path.slice(0, path.indexOf("/")) : "";
}

/** Returns the first folder of the file under a rule. */
export function topFolderOfFile(
  context: Deno.lint.RuleContext,
): string | undefined {
  const path = pathInRepo(urlOfFile(context.filename));
  return path === undefined ? undefined : topFolder(path);
}

/** Resolves a specifier to a path in the repository, or to `undefined`. */
function resolve(specifier: string, filename: string): string | undefined {
  if (/^\.\.?\//.test(specifier)) {
    return pathInRepo(new URL(specifier, urlOfFile(filename)));
  }
  if (!`${specifier}/`.startsWith(`${PACKAGE}/`)) return undefined;
  const entry = specifier.slice(PACKAGE.length + 1);
  const folder = entry === "safemem" ? "usermem/safemem" : entry;
  return folder === "" ? "mod.ts" : `${folder}/mod.ts`;
}

/** Returns the text of a literal, or of a template without placeholders. */
export function literalText(node: Deno.lint.Node | null): string | undefined {
  if (node?.type === "TSLiteralType") return literalText(node.literal);
  if (node?.type === "Literal") return String(node.value);
  if (node?.type === "TemplateLiteral" && node.expressions.length === 0) {
    return node.quasis[0]!.cooked;
  }
  return undefined;
}

/** Calls `check` for each import of a file of the repository. */
export function forEachImport(
  { filename }: Deno.lint.RuleContext,
  check: (path: string, node: Deno.lint.Node) => void,
): Deno.lint.LintVisitor {
  const visit = (node: Deno.lint.Node | null): void => {
    const path = resolve(literalText(node) ?? "", filename);
    if (path !== undefined) check(path, node!);
  };
  return {
    ImportDeclaration: (node) => visit(node.source),
    ExportAllDeclaration: (node) => visit(node.source),
    ExportNamedDeclaration: (node) => visit(node.source),
    ImportExpression: (node) => visit(node.source),
    TSImportType: (node) => visit(node.argument),
  };
}
