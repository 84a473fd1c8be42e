/**
 * Bytes written by hand, a field on each line: its bytes in hexadecimal, as
 * they lie in memory, and then what it is. `00*24` are 24 zeros.
 *
 * @module
 */

import { assertEquals } from "@std/assert";

interface Field {
  readonly hex: string;
  readonly what: string;
}

function fieldsOf(dump: string): Field[] {
  return dump.trim().split(/\s*\n\s*/).map((line) => {
    const match = /^((?:[0-9a-f]{2})+)(?:\*(\d+))?(?:\s+(.*))?$/.exec(line);
    if (match === null) throw new Error(`Not a line of a dump: ${line}`);
    const [, hex, times = "1", what = ""] = match;
    return { hex: hex!.repeat(Number(times)), what };
  });
}

/** Returns the bytes of a dump. */
export function bytesOf(dump: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(fieldsOf(dump).map(({ hex }) => hex).join(""));
}

/** Fails, naming the fields that differ, unless the bytes are those of a dump. */
export function assertBytes(actual: Uint8Array, dump: string): void {
  let rest = actual.toHex();
  const fields = fieldsOf(dump);
  const found = fields.map(({ hex, what }) => {
    const found = rest.slice(0, hex.length);
    rest = rest.slice(hex.length);
    return `${found} ${what}`;
  });
  assertEquals(
    [...found, `${rest} after the end`],
    [...fields.map(({ hex, what }) => `${hex} ${what}`), " after the end"],
  );
}
