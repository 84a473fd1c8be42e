import { UsageError } from "./usage_error.ts";

/** The names of a command's options. */
export interface OptionNames {
  /** Options without a value. */
  boolean?: string[];
  /** Options with a value. */
  string?: string[];
}

/** A parsed command line. */
export interface ParsedArgs {
  /** The arguments that are not options. */
  operands: string[];
  /** Whether each boolean option is present. */
  flags: Readonly<Record<string, boolean>>;
  /** The values of the options that are present. */
  values: Readonly<Record<string, string | undefined>>;
}

/** The part of the parser that this package uses. */
interface Parser {
  parseArgs(args: string[], options: {
    boolean: string[];
    string: string[];
    unknown: (arg: string) => void;
  }): Readonly<Record<string, unknown>>;
}

/** The parser's result when all options are named, with operands as strings. */
type Parsed =
  & ParsedArgs["flags"]
  & ParsedArgs["values"]
  & { _: string[] };

/**
 * The URL of the parser. It is not a string literal, since Deno would then
 * fetch the parser even for commands that parse nothing.
 */
const PARSER = new URL("./parse_args.ts", import.meta.url).href;

/**
 * Parses a command line.
 *
 * @throws {UsageError} If an option is unknown, or lacks its value.
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

/** Returns a command's operands after checking their number. */
export function expectOperands(
  command: string,
  operands: string[],
  names: string[],
): string[] {
  if (operands.length === names.length) return operands;
  throw new UsageError(
    `${command} takes ${names.join(" and ") || "no operands"}`,
  );
}

/** Converts the value of an option from seconds to milliseconds. */
export function toMs(option: string, seconds: string): number {
  const ms = Number(seconds) * 1000;
  if (ms >= 0 && Number.isFinite(ms)) return ms;
  throw new UsageError(`--${option} ${seconds} is not a number of seconds`);
}
