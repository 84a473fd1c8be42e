import { errnoNumber } from "../ffi/internal.ts";
import { errnoHelp, errnoName, errnoString } from "../posix/mod.ts";
import { printUsage, say } from "./output.ts";
import { parse } from "./parse.ts";
import { UsageError } from "./usage_error.ts";

/** The help text of `hostkit errno`. */
export const ERRNO_USAGE = `\
Usage: hostkit errno [NAME|NUMBER] [--json]

Explains an error number of this system, such as ENOENT or 2; without an
operand, lists all of them.

  --json  print JSON
`;

interface ErrorNumber {
  readonly name: string;
  readonly number: number;
  readonly text: string;
  readonly help: string;
}

/** Runs `hostkit errno`; returns the exit status. */
export async function errnoCommand(args: string[]): Promise<number> {
  const { operands, flags } = await parse(args, { boolean: ["json"] });
  if (flags.help) return printUsage(ERRNO_USAGE);
  const [wanted, ...others] = operands;
  if (others.length > 0) {
    throw new UsageError("errno takes at most one NAME or NUMBER");
  }
  if (wanted === undefined) {
    const all = allErrors();
    say(flags.json ? toJson(all) : toTable(all));
  } else {
    const error = find(wanted);
    say(flags.json ? toJson(error) : toText(error));
  }
  return 0;
}

function find(wanted: string): ErrorNumber {
  const number = /^\d+$/.test(wanted)
    ? Number(wanted)
    : errnoNumber(wanted.toUpperCase());
  const error = number === undefined ? undefined : describe(number);
  if (error === undefined) throw new Error(`unknown error ${wanted}`);
  return error;
}

function describe(number: number): ErrorNumber | undefined {
  const name = errnoName(number);
  if (name === "") return undefined;
  return { name, number, text: errnoString(number), help: errnoHelp(number) };
}

/** Lists all error numbers, which are below 256 on every known system. */
function allErrors(): ErrorNumber[] {
  return Array.from({ length: 256 }, (_, number) => describe(number) ?? [])
    .flat();
}

function toText({ name, number, text, help }: ErrorNumber): string {
  return `${name} (${number}): ${text}\n\n${help}`;
}

function toTable(errors: readonly ErrorNumber[]): string {
  return errors.map(({ name, number, text }) =>
    `${String(number).padStart(3)}  ${name.padEnd(15)}  ${text}`
  ).join("\n");
}

function toJson(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
