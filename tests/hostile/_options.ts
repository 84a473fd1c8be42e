/**
 * The options and the fields of answers in the output of `deno doc`.
 *
 * @module
 */

/** A type, of which only the names of interfaces matter. */
interface DocType {
  readonly kind: string;
  readonly repr?: string;
  readonly value?: { readonly typeName?: string } | readonly DocType[];
}

interface Param {
  readonly name?: string;
  readonly tsType?: DocType;
  /** The parameter itself, if it has a default. */
  readonly left?: Param;
}

/** A function, or a constructor. */
interface DocFunction {
  readonly params: readonly Param[];
  readonly accessibility?: string;
}

interface Property {
  readonly name: string;
  readonly tsType?: DocType;
  readonly readonly?: boolean;
  readonly isStatic?: boolean;
}

interface DocDefinition extends Partial<DocFunction> {
  readonly constructors?: readonly DocFunction[];
  readonly methods?: readonly {
    readonly name: string;
    readonly functionDef: DocFunction;
  }[];
  readonly properties?: readonly Property[];
  /** The types that an interface extends. */
  readonly extends?: readonly DocType[];
}

/** An exported name of a module, with its declarations. */
export interface DocSymbol {
  readonly name: string;
  readonly declarations: readonly {
    readonly kind: string;
    readonly def: DocDefinition;
  }[];
}

/** A parameter for options. */
export interface OptionsParam {
  /** The function: `name`, `Class` or `Class.method`. */
  readonly name: string;
  /** The name of the parameter. */
  readonly param: string;
  /** The fields, except booleans. */
  readonly fields: readonly string[];
}

/** Returns whether a name is public. */
export function isPublic({ name }: { readonly name: string }): boolean {
  return !name.startsWith("_");
}

/** The interfaces of all modules. */
export class Interfaces {
  readonly #all = new Map<string, DocDefinition>();

  constructor(symbols: readonly DocSymbol[]) {
    for (const { name, declarations } of symbols) {
      const found = declarations.find(({ kind }) => kind === "interface");
      if (found !== undefined) this.#all.set(name, found.def);
    }
  }

  /** Returns the options that a symbol takes. */
  optionsOf({ name, declarations }: DocSymbol): OptionsParam[] {
    return declarations.filter(({ kind }) => /^(function|class)$/.test(kind))
      .flatMap(({ def }) => [
        ...this.#optionsIn(name, def),
        ...(def.constructors ?? []).flatMap((it) => this.#optionsIn(name, it)),
        ...(def.methods ?? []).filter(isPublic).flatMap((it) =>
          this.#optionsIn(`${name}.${it.name}`, it.functionDef)
        ),
      ]);
  }

  #optionsIn(name: string, called: Partial<DocFunction>): OptionsParam[] {
    if (called.accessibility === "private") return [];
    return (called.params ?? [])
      .map((param) => param.left ?? param)
      .filter((param) => /^_?(opts|options)$/.test(param.name ?? ""))
      .map(({ name: param, tsType }) => ({
        name,
        param: param!.replace("_", ""),
        fields: tsType === undefined ? [] : this.#fieldsOf(tsType),
      }));
  }

  #fieldsOf({ kind, value }: DocType): string[] {
    if (kind === "intersection") {
      return (value as DocType[]).flatMap((type) => this.#fieldsOf(type));
    }
    const { typeName } = value as { typeName?: string };
    const found = this.#all.get(typeName ?? "");
    return [
      ...(found?.properties ?? [])
        .filter(({ tsType }) => tsType?.repr !== "boolean")
        .map(({ name }) => name),
      ...(found?.extends ?? []).flatMap((type) => this.#fieldsOf(type)),
    ];
  }
}

/** Returns `Class.field` for each field that a server sets in an answer. */
export function answerFields({ name, declarations }: DocSymbol): string[] {
  if (!name.endsWith("Response")) return [];
  return declarations.filter(({ kind }) => kind === "class")
    .flatMap(({ def }) => def.properties ?? [])
    .filter((it) => isPublic(it) && !it.readonly && !it.isStatic)
    .map((field) => `${name}.${field.name}`);
}
