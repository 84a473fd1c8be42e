/**
 * How the fields of requests and responses are printed, and written as JSON.
 *
 * @module
 */

/** A number that is printed by another name, such as a set of flags. */
export interface Named {
  /** The name, for people. */
  toString(): string;
  /** The number, for programs; one of 64 bits as a decimal string. */
  toJSON(): number | string;
}

/** The fields of a message, in order. */
export type Fields = Record<string, unknown>;

/** Prints a number as `name` says, and leaves it a number in JSON. */
export function named<T extends number | bigint>(
  value: T,
  name: (value: T) => string,
): Named {
  const json = typeof value === "bigint" ? `${value}` : value as number;
  return { toString: () => name(value), toJSON: () => json };
}

/** Returns ` name=value` for each field, strings in quotes. */
export function fieldsText(fields: Fields): string {
  return Object.entries(fields).map(([name, value]) =>
    ` ${name}=${typeof value === "string" ? JSON.stringify(value) : value}`
  ).join("");
}

/** Returns the fields for JSON, 64-bit numbers as decimal strings. */
export function fieldsJson(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === "bigint" ? `${value}` : value,
    ]),
  );
}

/** Prints a mode in octal, and leaves it a number in JSON. */
export function octal(mode: number): Named {
  return named(mode, (mode) => `0o${mode.toString(8)}`);
}
