import { UsageError } from "./usage_error.ts";

/** The options a command takes, by what follows them. */
export interface OptionNames {
  /** Options that are there or not. */
  boolean?: string[];
  /** Options that take a value. */
  string?: string[];
}

/** A command line taken apart. */
export interface ParsedArgs {
  /** What is not an option. */
  operands: string[];
  /** Which of the boolean options are there. */
  flags: Readonly<Record<string, boolean>>;
  /** The values of those options that are there. */
  values: Readonly<Record<string, string | undefined>>;
}

/** What is used of the parser. */
interface Parser {
  parseArgs(args: string[], options: {
    boolean: string[];
    string: string[];
    unknown: (arg: string) => void;
  }): Readonly<Record<string, unknown>>;
}

/** What it makes of options that are all named, with operands as strings. */
type Parsed =
  & ParsedArgs["flags"]
  & ParsedArgs["values"]
  & { _: string[] };

/**
 * Where the parser is. A name that Deno cannot read before the program runs:
 * it would fetch the parser for commands that parse nothing.
 */
const PARSER = new URL("./parse_args.ts", import.meta.url).href;

/**
 * Takes a command line apart.
 *
 * @throws {UsageError} On an option that is not known, or lacks its value.
 */
export async function parse(
  args: string[],
  names: OptionNames,
): Promise<ParsedArgs> {
  const { boolean = [], string = [] } = names;
  const { parseArgs }: Parser = await import(PARSER);
  const parsed = parseArgs(args, {
    boolean: [...boolean, "help"],
    string: [...string, "_"],
    unknown: (arg: string) => {
      if (arg.startsWith("-")) throw new UsageError(`unknown option ${arg}`);
    },
  }) as Parsed;
  for (const name of string) {
    if (parsed[name] === "") throw new UsageError(`--${name} needs a value`);
  }
  return { operands: parsed._, flags: parsed, values: parsed };
}

/** Returns a command's operands, once there are as many as it names. */
export function expectOperands(
  command: string,
  operands: string[],
  names: string[],
): string[] {
  if (operands.length === names.length) return operands;
  throw new UsageError(`${command} takes ${names.join(" and ") || "nothing"}`);
}

/** Returns the milliseconds of an option that takes seconds. */
export function toMs(option: string, seconds: string): number {
  const ms = Number(seconds) * 1000;
  if (ms >= 0 && Number.isFinite(ms)) return ms;
  throw new UsageError(`--${option} ${seconds} is not a number of seconds`);
}
