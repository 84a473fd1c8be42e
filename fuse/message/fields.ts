/**
 * The text and the JSON of the fields of requests and responses.
 *
 * @module
 */

/** A number that is printed as text, such as a set of flags. */
export interface Named {
  /** Returns the text. */
  toString(): string;
  /** Returns the number; a 64-bit number as a decimal string. */
  toJSON(): number | string;
}

/** The fields of a message, in order. */
export type Fields = Record<string, unknown>;

/** Wraps a number that `name` prints, and that remains a number in JSON. */
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

/** Wraps a mode that is printed in octal, and that remains a number in JSON. */
export function octal(mode: number): Named {
  return named(mode, (mode) => `0o${mode.toString(8)}`);
}
