/**
 * The exports of the modules: functions, classes and methods as they are at run
 * time, types from `deno doc`.
 *
 * @module
 */

import deno from "../../deno.json" with { type: "json" };
import { denoCommand } from "../_support/platform.ts";
import {
  answerFields,
  type DocSymbol,
  Interfaces,
  isPublic,
  type OptionsParam,
} from "./_options.ts";

const ROOT = new URL("../../", import.meta.url);
/** Methods that every class may have and that take no parameters. */
const WITHOUT_ROW = ["constructor", "toString", "toJSON"];

/** The symbols of one module. */
export interface Exported {
  /** Each as `name`, `Class` or `Class.method`. */
  readonly names: readonly string[];
  /** The names that exist only for the compiler. */
  readonly types: readonly string[];
  /** The parameters for options. */
  readonly options: readonly OptionsParam[];
  /** The fields that a server sets in answers: `Class.field`. */
  readonly fields: readonly string[];
}

interface Doc {
  readonly nodes: Readonly<
    Record<string, { readonly symbols: readonly DocSymbol[] }>
  >;
}

function url(module: string): string {
  return new URL((deno.exports as Record<string, string>)[module]!, ROOT).href;
}

/** Returns the exports of each module. */
export async function readExports(
  modules: readonly string[],
): Promise<Map<string, Exported>> {
  const [program, ...args] = denoCommand;
  const { stdout } = await new Deno.Command(program, {
    args: [...args, "doc", "--json", ...modules.map(url)],
    signal: AbortSignal.timeout(60_000),
  }).output();
  const doc = JSON.parse(new TextDecoder().decode(stdout)) as Doc;
  const interfaces = new Interfaces(
    Object.values(doc.nodes).flatMap(({ symbols }) => symbols),
  );
  const exported = new Map<string, Exported>();
  for (const module of modules) {
    const namespace = await import(url(module)) as Record<string, unknown>;
    const { symbols } = doc.nodes[url(module)]!;
    exported.set(module, {
      names: Object.entries(namespace).flatMap(namesOf),
      types: [...new Set(symbols.map(({ name }) => name))]
        .filter((name) => !(name in namespace)),
      options: symbols.flatMap((symbol) => interfaces.optionsOf(symbol)),
      fields: symbols.flatMap(answerFields),
    });
  }
  return exported;
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

/** Returns the public functions and setters of an object. */
function methodsOf(object: object): string[] {
  return Object.entries(Object.getOwnPropertyDescriptors(object))
    .filter(([name, { value, set }]) =>
      (typeof value === "function" || set !== undefined) &&
      isPublic({ name }) &&
      !WITHOUT_ROW.includes(name)
    ).map(([name]) => name);
}
