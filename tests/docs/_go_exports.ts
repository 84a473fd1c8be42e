/**
 * The rows of docs/go-names.md, and the exports of the package as `deno doc`
 * lists them.
 *
 * @module
 */

const ROOT = new URL("../../", import.meta.url);

/** A row of a table. */
export interface Row {
  /** The Go package, e.g. `"mmap"`: the heading above the table. */
  goPackage: string;
  /** The Go identifier, e.g. `"MMap.Sync"`. */
  go: string;
  /**
   * The name in TypeScript, e.g. `"MMap.sync"`, or a phrase that replaces it.
   */
  typescript: string;
  /** The module that exports the name, e.g. `"./mmap"`; `"-"` for none. */
  module: string;
  /** Whether the row has a name, not a phrase. */
  isName: boolean;
}

/** Returns the text of docs/go-names.md. */
export function readGoNames(): string {
  return Deno.readTextFileSync(new URL("docs/go-names.md", ROOT));
}

/** Parses the rows of all tables. */
export function parseGoNames(markdown: string): Row[] {
  let goPackage = "";
  return markdown.split("\n").flatMap((line) => {
    if (line.startsWith("## ")) goPackage = line.slice(3);
    return isRow(line) ? [parseRow(goPackage, line)] : [];
  });
}

/** Whether a line is a row of a table's body, which starts with code. */
function isRow(line: string): boolean {
  return line.startsWith("| `");
}

function parseRow(goPackage: string, line: string): Row {
  const cells = line.split("|").slice(1, -1).map((cell) => cell.trim());
  const [go, typescript, module] = cells;
  if (cells.length !== 3 || cells.includes("")) {
    throw new Error(`Cannot read a row of docs/go-names.md: ${line}`);
  }
  return {
    goPackage,
    go: uncode(go!),
    typescript: uncode(typescript!),
    module: uncode(module!),
    isName: /^`[\w.]+`$/.test(typescript!),
  };
}

function uncode(cell: string): string {
  return cell.replace(/^`(.*)`$/, "$1");
}

/** The parts of `deno doc --json` that this file reads. */
interface Doc {
  nodes: Record<string, {
    symbols: DocSymbol[];
    imports?: { importedName: string; originalName?: string; src: string }[];
  }>;
}

interface DocSymbol {
  name: string;
  declarations: Declaration[];
}

interface Place {
  filename: string;
  line: number;
  col: number;
}

interface Declaration {
  kind: string;
  declarationKind: string;
  location: Place;
  def: Body & {
    target?: Place;
    extends?: string | TypeNode[];
    tsType?: TypeNode;
    constructors?: { params: (Member & { readonly?: true })[] }[];
  };
}

interface Member {
  name: string;
  accessibility?: "public" | "protected" | "private";
}

interface Body {
  properties?: Member[];
  methods?: Member[];
}

type TypeNode =
  | { kind: "typeLiteral"; value: Body }
  | { kind: "typeRef"; value: { typeName: string } }
  | { kind: "" };

/** The exports of the package's modules. */
export class Exports {
  readonly #doc: Doc;
  readonly #modules: ReadonlyMap<string, string>;
  readonly #byPlace: ReadonlyMap<string, Declaration>;

  /** Indexes the output of `deno doc`. */
  constructor(doc: Doc, modules: ReadonlyMap<string, string>) {
    this.#doc = doc;
    this.#modules = modules;
    this.#byPlace = new Map(
      Object.values(doc.nodes).flatMap(({ symbols }) => symbols)
        .flatMap(({ declarations }) => declarations)
        .filter(({ kind }) => kind !== "reference")
        .map((declaration) => [placeKey(declaration.location), declaration]),
    );
  }

  /** Whether `name`, or the member of `Class.member`, is exported. */
  has(module: string, name: string): boolean {
    const [outer, member] = name.split(".");
    const declarations = this.#find(module, outer!);
    if (member === undefined) return declarations.length > 0;
    return declarations.some((found) => this.#members(found).has(member));
  }

  /** Whether the export exists at run time, unlike a type. */
  isValue(module: string, name: string): boolean {
    return this.#find(module, name).some(({ kind }) =>
      kind === "class" || kind === "function" || kind === "variable"
    );
  }

  /** Returns the URL of a module. */
  url(module: string): string | undefined {
    return this.#modules.get(module);
  }

  #find(module: string, name: string): Declaration[] {
    return this.#declared(this.#modules.get(module) ?? "", name)
      .filter(({ declarationKind }) => declarationKind === "export");
  }

  /** Returns the declarations or re-exports of a file under a name. */
  #declared(file: string, name: string): Declaration[] {
    const symbols = this.#doc.nodes[file]?.symbols ?? [];
    return symbols.filter((symbol) => symbol.name === name)
      .flatMap(({ declarations }) => declarations)
      .flatMap((declaration) => {
        const { target } = declaration.def;
        if (target === undefined) return declaration;
        return this.#byPlace.get(placeKey(target)) ?? [];
      });
  }

  /** Returns the declarations of a name in a file, imported names included. */
  #resolve(file: string, name: string): Declaration[] {
    const imported = this.#doc.nodes[file]?.imports
      ?.find(({ importedName }) => importedName === name);
    return imported
      ? this.#declared(imported.src, imported.originalName ?? name)
      : this.#declared(file, name);
  }

  #members({ def, location }: Declaration): Set<string> {
    const { extends: bases = [], tsType, constructors = [] } = def;
    const parameters = constructors.flatMap(({ params }) => params)
      .filter((param) => param.readonly || param.accessibility);
    return new Set([
      ...publicNames(def, parameters),
      ...(typeof bases === "string" ? [reference(bases)] : bases)
        .concat(tsType ?? [])
        .flatMap((type) => this.#typeMembers(type, location.filename)),
    ]);
  }

  #typeMembers(type: TypeNode, file: string): string[] {
    if (type.kind === "typeLiteral") return publicNames(type.value);
    if (type.kind !== "typeRef") return [];
    const { typeName } = type.value;
    const found = this.#resolve(file, typeName);
    return found.length > 0
      ? found.flatMap((declaration) => [...this.#members(declaration)])
      : builtinMembers(typeName);
  }
}

function placeKey({ filename, line, col }: Place): string {
  return `${filename}:${line}:${col}`;
}

function reference(typeName: string): TypeNode {
  return { kind: "typeRef", value: { typeName } };
}

function publicNames(
  { properties = [], methods = [] }: Body,
  parameters: Member[] = [],
): string[] {
  return [...properties, ...methods, ...parameters]
    .filter(({ accessibility = "public" }) => accessibility === "public")
    .map(({ name }) => name);
}

/** Returns the members of a class of the platform, such as `Error`. */
function builtinMembers(name: string): string[] {
  const builtin = (globalThis as Record<string, unknown>)[name];
  return typeof builtin === "function"
    ? Object.getOwnPropertyNames(builtin.prototype)
    : [];
}

/** Runs `deno doc` on the folders of all modules that have a row. */
export async function readExports(rows: readonly Row[]): Promise<Exports> {
  const { exports } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", ROOT)),
  ) as { exports: Record<string, string> };
  const modules = new Map<string, string>();
  for (const { module, isName } of rows) {
    if (!isName) continue;
    const file = exports[module];
    if (file === undefined) throw new Error(`deno.json exports no ${module}`);
    modules.set(module, new URL(file, ROOT).href);
  }
  // Whole folders, since a base class need not be exported.
  const globs = [...modules.values()].map((url) =>
    `${url.slice(ROOT.href.length).split("/")[0]}/**/*.ts`
  );
  const doc = await deno("doc", "--json", "--private", ...new Set(globs));
  return new Exports(JSON.parse(doc) as Doc, modules);
}

async function deno(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(60_000),
  }).output();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  throw new Error(`deno ${args[0]} failed: ${decoder.decode(stderr)}`);
}
