/**
 * The table of a module, with a row for each symbol that says how to call it.
 *
 * @module
 */

import type { Own } from "./_own.ts";
import type { Kind } from "./_values.ts";

/** How a function, a method or a constructor is called. */
export interface Row {
  /** The kind of each parameter, by name, including optional parameters. */
  readonly params: Readonly<Record<string, Kind>>;
  /** Makes good arguments; for a method, its object comes first. */
  readonly good: (own: Own) => readonly unknown[];
  /** The exceptions of the row. */
  readonly rule: Rule;
}

/** The exceptions of a row. */
export interface Rule {
  /** The values that a parameter accepts as documented; `*` means all. */
  readonly takes?: Readonly<Record<string, string>>;
  /** The parameters and fields that are not tried, with the reason. */
  readonly untried?: Readonly<Record<string, string>>;
  /** The names of errors that are correct in addition to the usual ones. */
  readonly throws?: readonly string[];
  /** More words with which an error may name a parameter. */
  readonly words?: Readonly<Record<string, string>>;
  /**
   * The kinds of the fields of the last parameter, which is an object. A
   * hostile value is set in a copy of options, but in an instance of a class
   * itself.
   */
  readonly fields?: Readonly<Record<string, Kind>>;
  /** Why a second call with the same arguments would never end. */
  readonly once?: string;
  /** Why the good arguments fail, if they do. */
  readonly fails?: string | undefined;
}

/** The reason why a symbol is not called. */
export type Left = string;

/** The rows of one module. */
export interface Table {
  /** The names of numbers and other constants. */
  readonly constants?: RegExp;
  /** The names of types. */
  readonly types?: string;
  /** Closes an object of a class, whose methods are tried after that. */
  readonly ends?: Readonly<Record<string, (target: never) => unknown>>;
  /** The fields that a server sets in an answer, by class. */
  readonly fields?: Readonly<Record<string, Readonly<Record<string, Kind>>>>;
  /** The rows, by `function`, `Class`, `Class.method` or `Class.setter`. */
  readonly rows: Readonly<Record<string, Row | Left>>;
}

/** Makes a row. */
export function row(
  params: Row["params"],
  good: Row["good"],
  rule: Rule = {},
): Row {
  return { params, good, rule };
}
