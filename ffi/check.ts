/**
 * Checks for arguments of a wrong type, which plain JavaScript may pass, for
 * numbers that C would change silently, and for detached buffers.
 *
 * @module
 */

/** Returns the type or class of a value, for an error message. */
export function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  const { name } = value.constructor ?? {};
  return typeof name === "string" && name !== "" ? name : "object";
}

/** Formats a value for an error message. */
export function show(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > 40 ? value.slice(0, 40) : value);
    case "bigint":
    case "number":
    case "boolean":
      return `${value}`;
    default:
      return nameOf(value);
  }
}

/** Creates the error of an argument with an invalid number. */
export function badNumber(
  name: string,
  value: unknown,
  wanted: string,
): RangeError {
  return new RangeError(`Cannot use ${show(value)} as ${name}: not ${wanted}`);
}

/** Creates the error of an argument of a wrong type. */
export function badType(
  name: string,
  value: unknown,
  wanted: string,
): TypeError {
  return new TypeError(`${name} must be ${wanted}, not ${nameOf(value)}`);
}

const INT = "a 32-bit integer";

/** Checks that a number is a C `int`, and returns it. */
export function toInt(name: string, value: number): number {
  if (typeof value !== "number" || (value | 0) !== value) {
    throw badNumber(name, value, INT);
  }
  return value;
}

/** Converts a number to a C `unsigned int`; a negative `int` keeps its bits. */
export function toUnsigned(name: string, value: number): number {
  if (
    typeof value !== "number" || value >>> 0 !== value && (value | 0) !== value
  ) throw badNumber(name, value, INT);
  return value >>> 0;
}

/** Checks that a number is an integer from 0 to 2^53 - 1. */
export function checkCount(name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw badNumber(name, value, "a safe integer of at least 0");
  }
  return value;
}

/** Checks that an argument is a number, and not NaN. */
export function checkNumber(name: string, value: number): number {
  if (typeof value !== "number" || Number.isNaN(value)) {
    throw badNumber(name, value, "a number");
  }
  return value;
}

/** Checks that an argument is an unsigned 64-bit `bigint`. */
export function checkU64(name: string, value: bigint): bigint {
  if (typeof value !== "bigint") throw badType(name, value, "a bigint");
  if (BigInt.asUintN(64, value) !== value) {
    throw new RangeError(
      `Cannot use ${name} ${value}: not an unsigned 64-bit integer`,
    );
  }
  return value;
}

/** Checks that an argument is a string. */
export function checkText(name: string, text: string): string {
  if (typeof text !== "string") throw badType(name, text, "a string");
  return text;
}

/** Checks that an argument is one of some texts. */
export function checkChoice<T extends string>(
  name: string,
  value: T,
  choices: readonly T[],
): T {
  if (choices.includes(value)) return value;
  const wanted = choices.map((choice) => JSON.stringify(choice)).join(" or ");
  throw new TypeError(`${name} must be ${wanted}, not ${show(value)}`);
}

/** Checks that an argument is a function. */
export function checkFunction<T>(name: string, value: T): T {
  if (typeof value !== "function") throw badType(name, value, "a function");
  return value;
}

/** Checks that an argument is an array. */
export function checkArray<T extends readonly unknown[]>(
  name: string,
  value: T,
): T {
  if (!Array.isArray(value)) throw badType(name, value, "an array");
  return value;
}

/** Checks that an argument is iterable. */
export function checkIterable<T>(
  name: string,
  value: Iterable<T>,
): Iterable<T> {
  if (typeof value?.[Symbol.iterator] === "function") return value;
  throw badType(name, value, "iterable");
}

/** A class, whose constructor may be private. */
interface Class<T> {
  readonly name: string;
  readonly prototype: T;
  [Symbol.hasInstance](value: unknown): boolean;
}

/** Checks that an argument is an instance of a class. */
export function checkInstance<T>(
  name: string,
  value: T,
  type: Class<T>,
): T {
  if (value instanceof type) return value;
  throw badType(name, value, `of the class ${type.name}`);
}

/** Checks that an argument is an object with a method. */
export function checkMethod<T>(name: string, value: T, method: keyof T): T {
  if (typeof value?.[method] === "function") return value;
  throw badType(name, value, `an object with ${String(method)}()`);
}

/** Checks that an argument is an object with fields, as options are. */
export function checkOptions<T>(name: string, value: T): T {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw badType(name, value, "an object");
  }
  return value;
}

/** Checks options that may be left out. */
export function checkOptional<T>(name: string, value: T): T {
  if (value !== undefined) checkOptions(name, value);
  return value;
}

/**
 * Checks that an argument is a `Uint8Array`, and that its buffer was neither
 * detached nor shrunk below it: C would see such a view as empty.
 *
 * @param name The name of the argument, for the error message.
 * @returns The argument.
 * @throws {TypeError} If it is not a `Uint8Array`, or its buffer was detached
 * or shrunk.
 */
export function checkBytes(
  name: string,
  bytes: Uint8Array,
): Uint8Array<ArrayBuffer> {
  if (!(bytes instanceof Uint8Array)) {
    throw badType(name, bytes, "a Uint8Array");
  }
  if (bytes.length === 0 && isGone(bytes)) {
    throw new TypeError(`${name} is detached, or its buffer was shrunk`);
  }
  // C accepts shared memory as well.
  return bytes as Uint8Array<ArrayBuffer>;
}

/** Returns whether a view is empty because its buffer was detached or shrunk. */
export function isGone(bytes: Uint8Array): boolean {
  try {
    // Throws only if the view is detached or out of bounds.
    bytes.at(0);
    return false;
  } catch {
    return true;
  }
}
