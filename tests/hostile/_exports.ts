/**
 * What the modules export: functions, classes and their methods by what they
 * are at run time, types by what `deno doc` tells.
 *
 * @module
 */

import deno from "../../deno.json" with { type: "json" };
import { denoCommand } from "../_support/platform.ts";

const ROOT = new URL("../../", import.meta.url);
/** Methods without parameters that every class may have. */
const WITHOUT_ROW = ["constructor", "toString", "toJSON"];

/** The symbols of one module. */
export interface Exported {
  /** `name`, `Class`, `Class.method`. */
  readonly names: readonly string[];
  /** What exists for the compiler alone. */
  readonly types: readonly string[];
  /** The parameters that are options: `name opts`, `Class.method options`. */
  readonly options: readonly string[];
}

interface Param {
  readonly name?: string;
  /** Of a parameter with a default. */
  readonly left?: Param;
}

/** A function, or a constructor. */
interface DocFunction {
  readonly params: readonly Param[];
  readonly accessibility?: string;
}

interface DocDefinition extends Partial<DocFunction> {
  readonly constructors?: readonly DocFunction[];
  readonly methods?: readonly {
    readonly name: string;
    readonly functionDef: DocFunction;
  }[];
}

interface DocSymbol {
  readonly name: string;
  readonly declarations: readonly {
    readonly kind: string;
    readonly def: DocDefinition;
  }[];
}

interface Doc {
  readonly nodes: Readonly<
    Record<string, { readonly symbols: readonly DocSymbol[] }>
  >;
}

function url(module: string): string {
  return new URL((deno.exports as Record<string, string>)[module]!, ROOT).href;
}

/** Returns what each module exports. */
export async function readExports(
  modules: readonly string[],
): Promise<Map<string, Exported>> {
  const [program, ...args] = denoCommand;
  const { stdout } = await new Deno.Command(program, {
    args: [...args, "doc", "--json", ...modules.map(url)],
    signal: AbortSignal.timeout(60_000),
  }).output();
  const doc = JSON.parse(new TextDecoder().decode(stdout)) as Doc;
  const exported = new Map<string, Exported>();
  for (const module of modules) {
    const namespace = await import(url(module)) as Record<string, unknown>;
    const { symbols } = doc.nodes[url(module)]!;
    exported.set(module, {
      names: Object.entries(namespace).flatMap(namesOf),
      types: [...new Set(symbols.map(({ name }) => name))]
        .filter((name) => !(name in namespace)),
      options: symbols.flatMap(optionsOf),
    });
  }
  return exported;
}

function optionsOf({ name, declarations }: DocSymbol): string[] {
  return declarations.filter(({ kind }) => /^(function|class)$/.test(kind))
    .flatMap(({ def }) => [
      ...optionsIn(name, def),
      ...(def.constructors ?? []).flatMap((it) => optionsIn(name, it)),
      ...(def.methods ?? []).filter(isPublic).flatMap((it) =>
        optionsIn(`${name}.${it.name}`, it.functionDef)
      ),
    ]);
}

function isPublic({ name }: { readonly name: string }): boolean {
  return !name.startsWith("_");
}

function optionsIn(name: string, called: Partial<DocFunction>): string[] {
  if (called.accessibility === "private") return [];
  return (called.params ?? [])
    .map((param) => (param.left ?? param).name ?? "")
    .filter((param) => /^_?(opts|options)$/.test(param))
    .map((param) => `${name} ${param.replace("_", "")}`);
}

function namesOf([name, value]: [string, unknown]): string[] {
  if (typeof value !== "function" || !isClass(value)) return [name];
  const members = [
    ...methodsOf(value),
    ...methodsOf(value.prototype as object),
  ];
  return [name, ...members.map((member) => `${name}.${member}`)];
}

function isClass(value: CallableFunction): boolean {
  return Function.prototype.toString.call(value).startsWith("class");
}

/** The functions and setters of an object: no getter, nothing internal. */
function methodsOf(object: object): string[] {
  return Object.entries(Object.getOwnPropertyDescriptors(object))
    .filter(([name, { value, set }]) =>
      (typeof value === "function" || set !== undefined) &&
      isPublic({ name }) &&
      !WITHOUT_ROW.includes(name)
    ).map(([name]) => name);
}
