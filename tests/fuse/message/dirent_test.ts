import { assertEquals, assertThrows } from "@std/assert";
import { writeDirent } from "../../../fuse/message/dirent.ts";
import {
  appendDirent,
  type Dirent,
  DT_BLK,
  DT_CHR,
  DT_DIR,
  DT_FIFO,
  DT_LNK,
  DT_REG,
  DT_SOCK,
  DT_UNKNOWN,
} from "../../../fuse/mod.ts";
import { assertBytes, bytesOf } from "../_dump.ts";

const NONE = new Uint8Array(0);

Deno.test("appendDirent() is struct fuse_dirent, padded with zeros to 8", () => {
  assertBytes(
    appendDirent(NONE, { inode: 0xfedc_ba98_7654_3210n, type: 8, name: "a" }),
    `
    1032547698badcfe  ino
    2000000000000000  off: behind it
    01000000          namelen
    08000000          type
    61                name
    00*7              padding
  `,
  );
});

Deno.test("appendDirent() defaults to an unknown inode and type", () => {
  assertBytes(
    appendDirent(NONE, { name: "12345678" }),
    `
    ffffffff00000000  ino
    2000000000000000  off
    08000000          namelen
    00000000          type
    3132333435363738  name, without padding
  `,
  );
});

Deno.test("appendDirent() gives each entry the offset of the next", () => {
  let data: Uint8Array = NONE;
  const lengths = ["a", "bb".repeat(5), "c".repeat(255)].map((name) => {
    data = appendDirent(data, { inode: 9n, name });
    return data.length;
  });
  assertEquals(lengths, [32, 72, 352]);
  const view = new DataView(data.buffer);
  assertEquals([0, 32, 72].map((at) => view.getBigUint64(at + 8, true)), [
    32n,
    72n,
    352n,
  ]);
});

Deno.test("appendDirent() leaves the data it was given alone", () => {
  const data = appendDirent(NONE, { name: "a" });
  const copy = data.slice();
  const longer = appendDirent(data, { name: "b" });
  assertEquals(data, copy);
  assertEquals(longer.subarray(0, data.length), copy);
});

/** Names and their bytes. */
const NAMES: [name: string, bytes: string][] = [
  ["é", "c3a9"],
  ["a€", "61e282ac"],
  ["😀", "f09f9880"],
  ["\udcff", "ff"],
  ["a\udc80b\udce9", "618062e9"],
  ["\ufeffx", "efbbbf78"],
  [".", "2e"],
  ["..", "2e2e"],
  ["a\nb\\", "610a625c"],
  ["é".repeat(127), "c3a9".repeat(127)],
];

for (const [name, hex] of NAMES) {
  Deno.test(`appendDirent() encodes the name ${JSON.stringify(name)}`, () => {
    const bytes = bytesOf(hex);
    const data = appendDirent(NONE, { name });
    const view = new DataView(data.buffer);
    assertEquals(view.getUint32(16, true), bytes.length);
    assertEquals(data.slice(24, 24 + bytes.length), bytes);
    assertEquals(data.length, Math.ceil((24 + bytes.length) / 8) * 8);
  });
}

const BAD_NAMES = ["/", "a/b", "é/", "\0", "a\0", "é\0", "/\udcff"];

for (const name of BAD_NAMES) {
  Deno.test(`appendDirent() throws RangeError for ${JSON.stringify(name)}`, () => {
    assertThrows(
      () => appendDirent(NONE, { name }),
      RangeError,
      `Cannot list an entry named ${JSON.stringify(name)}`,
    );
  });
}

Deno.test("appendDirent() throws RangeError for an empty name", () => {
  assertThrows(() => appendDirent(NONE, { name: "" }), RangeError, 'named ""');
});

Deno.test("DT_* are the type bits of a mode, shifted", () => {
  assertEquals(
    [DT_FIFO, DT_CHR, DT_DIR, DT_BLK, DT_REG, DT_LNK, DT_SOCK]
      .map((type) => type << 12),
    [0o010000, 0o020000, 0o040000, 0o060000, 0o100000, 0o120000, 0o140000],
  );
  assertEquals(DT_UNKNOWN, 0);
});

/** Writes into a buffer full of 0xff; returns it, and where the record ends. */
function write(
  at: number,
  limit: number,
  dirent: Dirent,
  cookie = 1,
): { bytes: Uint8Array; end: number } {
  const bytes = new Uint8Array(128).fill(0xff);
  const view = new DataView(bytes.buffer);
  return { bytes, end: writeDirent(view, at, limit, dirent, cookie) };
}

Deno.test("writeDirent() clears the padding of a buffer used before", () => {
  const dirent = { inode: 2n, type: DT_LNK, name: "link" };
  const { bytes, end } = write(8, 128, dirent, 2 ** 53 - 1);
  assertEquals(end, 40);
  assertBytes(
    bytes.subarray(0, 48),
    `
    ff*8              what was there
    0200000000000000  ino
    ffffffffffff1f00  off
    04000000          namelen
    0a000000          type
    6c696e6b          name
    00000000          padding
    ff*8              what was there
  `,
  );
});

for (const name of ["12345678", "123456789", "é2345678", "x"]) {
  Deno.test(`writeDirent() writes ${name} only where it fits`, () => {
    const { end } = write(8, 128, { name });
    assertEquals(write(8, end, { name }).end, end);
    for (let limit = 8; limit < end; limit++) {
      const { bytes, end } = write(8, limit, { name });
      assertEquals([limit, end], [limit, -1]);
      assertEquals(
        bytes.subarray(limit),
        new Uint8Array(128 - limit).fill(255),
      );
    }
  });
}
