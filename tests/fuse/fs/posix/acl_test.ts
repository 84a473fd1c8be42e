import { assertEquals, assertThrows } from "@std/assert";
import { SyscallError } from "../../../../ffi/mod.ts";
import { Acl } from "../../../../fuse/fs/posix/acl.ts";

const NOBODY = 0xffff_ffff;
type Line = [tag: number, perm: number, id?: number];

/** A list as setfacl(1) writes it. */
function bytesOf(lines: Line[], version = 2): Uint8Array {
  const bytes = new Uint8Array(4 + 8 * lines.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, version, true);
  for (const [i, [tag, perm, id = NOBODY]] of lines.entries()) {
    view.setUint16(4 + 8 * i, tag, true);
    view.setUint16(6 + 8 * i, perm, true);
    view.setUint32(8 + 8 * i, id, true);
  }
  return bytes;
}

const PLAIN: Line[] = [[1, 7], [4, 5], [32, 4]];
const EXTENDED: Line[] = [[1, 7], [2, 6, 1000], [4, 5], [8, 1, 50], [16, 3], [
  32,
  4,
]];

Deno.test("Acl.format() returns what Acl.parse() has read", () => {
  for (const lines of [PLAIN, EXTENDED]) {
    const bytes = bytesOf(lines);
    assertEquals(Acl.parse(bytes).format(), bytes);
  }
});

Deno.test("Acl.mode shows the mask for the group, where there is one", () => {
  const plain = Acl.parse(bytesOf(PLAIN));
  assertEquals([plain.isExtended, plain.mode], [false, 0o754]);
  const extended = Acl.parse(bytesOf(EXTENDED));
  assertEquals([extended.isExtended, extended.mode], [true, 0o734]);
});

Deno.test("Acl.withMode() changes the mask and leaves the group", () => {
  const [user, named, group, others, mask, other] = EXTENDED;
  const expected: Line[] = [[user![0], 6], named!, group!, others!, [
    mask![0],
    4,
  ], [other![0], 0]];
  const changed = Acl.parse(bytesOf(EXTENDED)).withMode(0o640);
  assertEquals(changed.format(), bytesOf(expected));
  assertEquals(Acl.parse(bytesOf(PLAIN)).withMode(0o640).mode, 0o640);
});

Deno.test("Acl.inherit() gives no more than was asked for", () => {
  assertEquals(Acl.parse(bytesOf(EXTENDED)).inherit(0o666).mode, 0o624);
  assertEquals(Acl.parse(bytesOf(PLAIN)).inherit(0o777).mode, 0o754);
});

const MALFORMED: Record<string, Uint8Array> = {
  "no bytes": new Uint8Array(0),
  "no lines": bytesOf([]),
  "another version": bytesOf(PLAIN, 1),
  "a line cut off": bytesOf(PLAIN).subarray(0, -1),
  "no line for others": bytesOf(PLAIN.slice(0, 2)),
  "two lines for the owner": bytesOf([[1, 7], ...PLAIN]),
  "a user without a mask": bytesOf([[1, 7], [2, 7, 5], [4, 5], [32, 4]]),
  "lines in another order": bytesOf([[4, 5], [1, 7], [32, 4]]),
  "an unknown line": bytesOf([...PLAIN, [64, 1]]),
  "unknown permissions": bytesOf([[1, 8], [4, 5], [32, 4]]),
};

for (const [what, bytes] of Object.entries(MALFORMED)) {
  Deno.test(`Acl.parse() refuses a list with ${what}`, () => {
    const error = assertThrows(() => Acl.parse(bytes), SyscallError);
    assertEquals(error.code, "EINVAL");
  });
}
