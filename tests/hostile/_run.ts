/**
 * The child process: calls each row of a module's table with every hostile
 * value, and prints each call before making it.
 *
 * Run with the name of the module in `_tables.ts`.
 *
 * @module
 */

import { SyscallError } from "../../ffi/syscall_error.ts";
import { Own } from "./_own.ts";
import type { Row } from "./_table.ts";
import { TABLES } from "./_tables.ts";
import { type Hostile, hostileTo, type Kind, OfCallback } from "./_values.ts";

/** The time limit of a call, in milliseconds. */
const LIMIT_MS = 2000;

/** The words with which an error may name a parameter, by kind. */
const WORDS: Readonly<Record<Kind, string>> = {
  fd: "descriptor",
  int: "",
  number: "number",
  u32: "",
  u64: "",
  count: "length|bytes|size|count",
  offset: "offset|bytes",
  ms: "ms|milliseconds|time",
  big: "address",
  bytes: "bytes?|buffers?|Uint8Array|memory|view",
  text: "string|text|path|name",
  callback: "function",
  list: "array",
  object: "",
  options: "options",
  flag: "",
  any: "",
};

type Namespace = Readonly<Record<string, unknown>>;

const encoder = new TextEncoder();

function say(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}

/** Returns the call of a row; the first argument of a method is its object. */
function callOf(
  namespace: Namespace,
  key: string,
): (args: readonly unknown[]) => unknown {
  const [name, method] = key.split(".") as [string, string?];
  const value = namespace[name] as Record<string, unknown>;
  if (method === undefined) {
    if (!isClass(value)) {
      return (args) => (value as unknown as CallableFunction)(...args);
    }
    return (args) => Reflect.construct(value as never, args);
  }
  if (isStatic(value, method)) {
    return (args) => (value[method] as CallableFunction)(...args);
  }
  if (isSetter(value.prototype, method)) {
    return ([target, field]) => Reflect.set(target as object, method, field);
  }
  return ([target, ...args]) =>
    ((target as Record<string, CallableFunction>)[method]!)(...args);
}

/** Returns whether a class has a static method; each has other properties. */
function isStatic(value: Record<string, unknown>, name: string): boolean {
  return Object.hasOwn(value, name) && typeof value[name] === "function";
}

function isSetter(prototype: unknown, name: string): boolean {
  const { set } = Object.getOwnPropertyDescriptor(prototype, name) ?? {};
  return set !== undefined;
}

/** Returns whether an object is an object literal. */
function isPlain(object: unknown): boolean {
  return Object.getPrototypeOf(object) === Object.prototype;
}

function isClass(value: unknown): boolean {
  return typeof value === "function" &&
    Function.prototype.toString.call(value).startsWith("class");
}

/** Returns whether the good arguments begin with the object of a method. */
function hasTarget(namespace: Namespace, key: string): boolean {
  const [name, method] = key.split(".") as [string, string?];
  return method !== undefined && !isStatic(namespace[name] as never, method);
}

interface Outcome {
  readonly error?: unknown;
  readonly isLate?: true;
}

async function outcomeOf(call: () => unknown): Promise<Outcome> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const result = call();
    if (result instanceof Promise) {
      const late = new Promise<Outcome>((resolve) => {
        timer = setTimeout(() => resolve({ isLate: true }), LIMIT_MS);
      });
      return await Promise.race([result.then(() => ({})), late]);
    }
    return {};
  } catch (error) {
    return { error: error ?? "undefined" };
  } finally {
    clearTimeout(timer);
  }
}

/** Returns what is wrong with an error, or undefined. */
function faultOf(
  error: unknown,
  row: Row,
  param: string | undefined,
  { value, mustFail }: Partial<Hostile> = {},
): string | undefined {
  const kind = param === undefined
    ? undefined
    : row.params[param] ?? row.rule.fields![param]!;
  const isOption = kind === "options" || row.params[param!] === undefined;
  const isRefusal = error instanceof TypeError || error instanceof RangeError;
  if (isOption && mustFail && !isRefusal) return `is not refused: ${error}`;
  if (error instanceof OfCallback || error instanceof SyscallError) {
    return undefined;
  }
  const { name, message } = error as Error;
  if (row.rule.throws?.includes(name)) return undefined;
  if (!isRefusal) {
    return `throws ${name}: ${message}`;
  }
  if (kind === undefined) return undefined;
  const words = [
    param,
    row.rule.words?.[param!],
    WORDS[kind],
    ...shown(value),
  ].filter((word) => word !== "" && word !== undefined);
  const names = new RegExp(`(?<!\\w)(${words.join("|")})(?!\\w)`, "i");
  return names.test(message) ? undefined : `does not name ${param}: ${message}`;
}

/** Returns the forms in which an error may show a value. */
function shown(value: unknown): string[] {
  if (!/^(number|bigint|string)$/.test(typeof value)) return [];
  const texts = [`${value}`];
  if (typeof value === "string") texts.push(JSON.stringify(value));
  return texts.map((text) => text.replaceAll(/[^\w]/g, "\\$&"));
}

class Trial {
  readonly #call: (args: readonly unknown[]) => unknown;
  readonly #skip: number;
  readonly #key: string;
  readonly #row: Row;

  constructor(namespace: Namespace, key: string, row: Row) {
    this.#call = callOf(namespace, key);
    this.#skip = hasTarget(namespace, key) ? 1 : 0;
    this.#key = key;
    this.#row = row;
  }

  #fail(what: string, why: string): void {
    say(`! ${this.#key}(${what}) ${why}`);
  }

  async run(end?: (target: never) => unknown): Promise<void> {
    await this.#runGood();
    if (end !== undefined) await this.#runEnded(end);
    for (
      const [at, [param, kind]] of Object.entries(this.#row.params).entries()
    ) {
      if (this.#row.rule.untried?.[param] !== undefined) continue;
      for (const hostile of hostileTo(kind)) {
        await this.#runHostile(at, param, hostile);
      }
    }
    const last = Object.keys(this.#row.params).length - 1;
    for (const [field, kind] of Object.entries(this.#row.rule.fields ?? {})) {
      for (const hostile of hostileTo(kind)) {
        await this.#runHostile(last, field, hostile, true);
      }
    }
  }

  /** Calls with the good arguments, twice. */
  async #runGood(): Promise<void> {
    say(`  ${this.#key}()`);
    const own = new Own();
    const args = this.#row.good(own);
    const { error, isLate } = await outcomeOf(() => this.#call(args));
    if (isLate) this.#fail("", "does not end");
    if (error !== undefined && this.#row.rule.fails === undefined) {
      this.#fail("good", `throws ${error}`);
    }
    if (this.#row.rule.once !== undefined) return await own.undo();
    say(`  ${this.#key}() again`);
    const again = await outcomeOf(() => this.#call(args));
    if (again.isLate) this.#fail("again", "does not end");
    if (again.error !== undefined) {
      const fault = faultOf(again.error, this.#row, undefined);
      if (fault) this.#fail("again", fault);
    }
    await own.undo();
  }

  /** Calls a method of an object that was closed. */
  async #runEnded(end: (target: never) => unknown): Promise<void> {
    say(`  ${this.#key}() after the end`);
    const own = new Own();
    const args = this.#row.good(own);
    await end(args[0] as never);
    const { error, isLate } = await outcomeOf(() => this.#call(args));
    if (isLate) this.#fail("ended", "does not end");
    if (error !== undefined) {
      const fault = faultOf(error, this.#row, undefined);
      if (fault) this.#fail("ended", fault);
    }
    await own.undo();
  }

  #takes(param: string, name: string): boolean {
    const names = this.#row.rule.takes?.[param]?.split(" ") ?? [];
    return names.includes("*") || names.includes(name);
  }

  async #runHostile(
    at: number,
    param: string,
    hostile: Hostile,
    isField = false,
  ): Promise<void> {
    const { name, value, mustFail } = hostile;
    const what = `${param}: ${name}`;
    say(`  ${this.#key}(${what})`);
    const own = new Own();
    const args = [...this.#row.good(own)];
    const old = args[at + this.#skip] as object;
    const isSet = isField && !isPlain(old);
    // An undefined option is an omitted one.
    if (isField && !isSet && value === undefined) return await own.undo();
    if (!isSet) {
      args[at + this.#skip] = isField ? { ...old, [param]: value } : value;
    }
    const { error, isLate } = await outcomeOf(() => {
      if (isSet) Reflect.set(old, param, value);
      return this.#call(args);
    });
    if (isLate) this.#fail(what, "does not end");
    else if (error !== undefined) {
      const fault = faultOf(error, this.#row, param, hostile);
      if (fault) this.#fail(what, fault);
    } else if (mustFail && !this.#takes(param, name)) {
      this.#fail(what, "is taken");
    }
    await own.undo();
  }
}

async function main(name: string): Promise<void> {
  const { table, load } = TABLES[name]!;
  const namespace = await load() as Namespace;
  const { rows, ends = {} } = await table();
  for (const [key, row] of Object.entries(rows)) {
    if (typeof row === "string") continue;
    const [type] = key.split(".");
    const trial = new Trial(namespace, key, row);
    await trial.run(hasTarget(namespace, key) ? ends[type!] : undefined);
  }
  say("end");
  // Operations that never end must not keep the process alive.
  Deno.exit(0);
}

if (import.meta.main) void main(Deno.args[0]!);
