/**
 * The table of a module: a row for each symbol, which says how to call it.
 *
 * @module
 */

import type { Own } from "./_own.ts";
import type { Kind } from "./_values.ts";

/** How a function, a method or a constructor is called. */
export interface Row {
  /** What each parameter is called, and its kind; those that may be left out. */
  readonly params: Readonly<Record<string, Kind>>;
  /** Makes good arguments; of a method, the object in front of them. */
  readonly good: (own: Own) => readonly unknown[];
  /** What makes an exception of it. */
  readonly rule: Rule;
}

/** What is different about a row. */
export interface Rule {
  /** By parameter, the values that are taken as documented; `*` is all. */
  readonly takes?: Readonly<Record<string, string>>;
  /** Values of parameters that are not tried; say why. */
  readonly untried?: Readonly<Record<string, string>>;
  /** Errors that are right beside the usual ones, by name. */
  readonly throws?: readonly string[];
  /** Further words by which an error may name a parameter. */
  readonly words?: Readonly<Record<string, string>>;
  /**
   * The kinds of fields of the last parameter, which is an object. They are left
   * out of a copy of options, and set in an object of a class.
   */
  readonly fields?: Readonly<Record<string, Kind>>;
  /** Why a second call with the same arguments would wait for ever. */
  readonly once?: string;
  /** Why the good arguments fail here, if they do. */
  readonly fails?: string;
}

/** A symbol that is not called, and why. */
export type Left = string;

/** The rows of one module. */
export interface Table {
  /** The names of numbers and other constants. */
  readonly constants?: RegExp;
  /** The names of types. */
  readonly types?: string;
  /** By class, what ends an object of it: its methods are tried after that. */
  readonly ends?: Readonly<Record<string, (target: never) => unknown>>;
  /** By class, what a server sets in an answer. */
  readonly fields?: Readonly<Record<string, Readonly<Record<string, Kind>>>>;
  /** By `function`, `Class`, `Class.method`, `Class.setter`. */
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
