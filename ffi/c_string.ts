/**
 * Lossless conversion between C strings and JavaScript strings.
 *
 * A Linux file name is a sequence of bytes, usually but not always UTF-8. As in
 * PEP 383, a byte that is not UTF-8 becomes the lone surrogate U+DC00 + byte,
 * which no valid text contains; encoding the string restores the byte.
 *
 * @module
 */

import { nameOf } from "./check.ts";

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The number added to a byte to escape it: the result is U+DC80 to U+DCFF. */
const ESCAPE = 0xdc00;

function isEscape(code: number): boolean {
  return code >= ESCAPE + 0x80 && code <= ESCAPE + 0xff;
}

/**
 * Encodes a string as UTF-8 and restores the escaped bytes.
 *
 * @param text The string; a lone surrogate from U+DC80 to U+DCFF stands for a
 * byte, and any other lone surrogate becomes U+FFFD.
 */
export function encodeBytes(text: string): Uint8Array<ArrayBuffer> {
  if (text.isWellFormed()) return ENCODER.encode(text);
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (isEscape(code)) bytes.push(code - ESCAPE);
    else if (code < 0x80) bytes.push(code);
    else bytes.push(...ENCODER.encode(character));
  }
  return new Uint8Array(bytes);
}

/** Decodes UTF-8 and escapes each byte that is not valid UTF-8. */
export function decodeBytes(bytes: Uint8Array): string {
  // For short names, the usual case, this is faster than a call of the runtime.
  if (bytes.length <= 32) return decodeHere(bytes);
  try {
    return DECODER.decode(bytes);
  } catch {
    return decodeHere(bytes);
  }
}

function decodeHere(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const code = codeAt(bytes, at);
    text += String.fromCodePoint(code);
    at += encodedLength(code) || 1;
  }
  return text;
}

/** Returns the code point encoded at `at`, or the escape of the byte there. */
function codeAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return first;
  const escaped = ESCAPE + first;
  if (first < 0xc2 || first > 0xf4) return escaped;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  let code = first & 0xff >> length;
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i] ?? 0;
    if ((byte & 0xc0) !== 0x80) return escaped;
    code = code << 6 | byte & 0x3f;
  }
  return encodedLength(code) === length ? code : escaped;
}

/** Returns the length of a code point in UTF-8; 0 if it cannot be encoded. */
function encodedLength(code: number): number {
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  if (code < 0x10000) return code >= 0xd800 && code <= 0xdfff ? 0 : 3;
  return code <= 0x10ffff ? 4 : 0;
}

/**
 * Returns a NUL-terminated copy of a string, for a `const char *` parameter.
 *
 * @throws {TypeError} If it is not a string, or contains a NUL, at which C
 * would end it.
 */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  if (typeof text !== "string") {
    throw new TypeError(`Cannot pass ${nameOf(text)} to C: not a string`);
  }
  const bytes = encodeBytes(text + "\0");
  if (bytes.indexOf(0) < bytes.length - 1) {
    throw new TypeError(
      `Cannot pass ${JSON.stringify(text)} to C: it contains a NUL`,
    );
  }
  return bytes;
}

/** Decodes the bytes before the first NUL, or all of them if there is none. */
export function fromCString(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decodeBytes(end < 0 ? bytes : bytes.subarray(0, end));
}
