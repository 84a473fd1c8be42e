/**
 * `hostkit errno`: what an error number means.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a command prints

import { parseArgs } from "@std/cli/parse-args";
import { errnoNumber } from "../ffi/errno.ts";
import { errnoHelp, errnoName, errnoString } from "../posix/mod.ts";

const HELP = `Tells what an error number of this system means.

Usage: hostkit errno [--json]               every error number
       hostkit errno [--json] NAME|NUMBER   one, such as ENOENT or 2

Options:
  --json   print JSON
  --help   print this text`;

interface ErrorNumber {
  readonly name: string;
  readonly number: number;
  readonly text: string;
  readonly help: string;
}

/** Runs `hostkit errno` and returns its exit code. */
export function errnoCommand(args: string[]): number {
  const unknown: string[] = [];
  const options = parseArgs(args, {
    boolean: ["help", "json"],
    string: ["_"],
    unknown: (arg: string, key?: string) => {
      if (key !== undefined) unknown.push(arg);
      return key === undefined;
    },
  });
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const names: string[] = options._;
  if (unknown.length > 0 || names.length > 1) {
    const excess = unknown[0] ?? names[1];
    console.error(`hostkit errno: unexpected ${excess}; see --help`);
    return 2;
  }
  const [name] = names;
  if (name === undefined) {
    const all = everyError();
    console.log(options.json ? toJson(all) : toTable(all));
    return 0;
  }
  const found = find(name);
  if (found === undefined) {
    console.error(`hostkit errno: no error is called ${JSON.stringify(name)}`);
    return 1;
  }
  console.log(
    options.json
      ? toJson(found)
      : `${found.name} (${found.number}): ${found.text}\n\n${found.help}`,
  );
  return 0;
}

function find(nameOrNumber: string): ErrorNumber | undefined {
  const number = /^\d+$/.test(nameOrNumber)
    ? Number(nameOrNumber)
    : errnoNumber(nameOrNumber.toUpperCase());
  return number === undefined ? undefined : describe(number);
}

function describe(number: number): ErrorNumber | undefined {
  const name = errnoName(number);
  if (name === "") return undefined;
  return { name, number, text: errnoString(number), help: errnoHelp(number) };
}

/** No system we know has numbers beyond a byte. */
function everyError(): ErrorNumber[] {
  return Array.from({ length: 256 }, (_, number) => describe(number) ?? [])
    .flat();
}

function toTable(errors: readonly ErrorNumber[]): string {
  return errors.map(({ name, number, text }) =>
    `${String(number).padStart(3)}  ${name.padEnd(15)}  ${text}`
  ).join("\n");
}

function toJson(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
