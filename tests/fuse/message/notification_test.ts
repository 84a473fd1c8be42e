import { assertEquals } from "@std/assert";
import * as notification from "../../../fuse/message/notification.ts";
import { describeNotification } from "../../../fuse/message/notification_fields.ts";
import { assertBytes } from "../_dump.ts";

/** Each notification, byte by byte, and what a trace makes of it. */
const NOTIFICATIONS: readonly [
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  dump: string,
  fields: Record<string, unknown>,
][] = [
  [
    "POLL",
    notification.pollWakeup(0x8877_6655_4433_2211n),
    `
      18000000          len
      01000000          code
      00*8              unique
      1122334455667788  kh
    `,
    { kh: 0x8877_6655_4433_2211n },
  ],
  [
    "INVAL_INODE",
    notification.invalidateNode(0x1122n, 4096, 0x0102_0304_0506n),
    `
      28000000          len
      02000000          code
      00*8              unique
      2211000000000000  ino
      0010000000000000  off
      0605040302010000  len
    `,
    { node: 0x1122n, offset: 4096n, size: 0x0102_0304_0506n },
  ],
  [
    "INVAL_INODE to the end",
    notification.invalidateNode(2n, 1n, -1),
    `
      28000000          len
      02000000          code
      00*8              unique
      0200000000000000  ino
      0100000000000000  off
      ffffffffffffffff  len
    `,
    { node: 2n, offset: 1n, size: -1n },
  ],
  [
    "INVAL_INODE of the attributes alone",
    notification.invalidateNode(2n, 0, 0),
    `
      28000000          len
      02000000          code
      00*8              unique
      0200000000000000  ino
      ffffffffffffffff  off
      00*8              len
    `,
    { node: 2n, offset: -1n, size: 0n },
  ],
  [
    "INVAL_ENTRY",
    notification.invalidateEntry(1n, "n\u00e4me"),
    `
      26000000          len
      03000000          code
      00*8              unique
      0100000000000000  parent
      05000000          namelen
      00000000          flags
      6ec3a46d6500      name, NUL
    `,
    { parent: 1n, name: "n\u00e4me", expireOnly: false },
  ],
  [
    "INVAL_ENTRY with FUSE_EXPIRE_ONLY",
    notification.invalidateEntry(1n, "a", 1),
    `
      22000000          len
      03000000          code
      00*8              unique
      0100000000000000  parent
      01000000          namelen
      01000000          flags
      6100              name, NUL
    `,
    { parent: 1n, name: "a", expireOnly: true },
  ],
  [
    "STORE",
    notification.store(3n, 0x1_0000_0000, Uint8Array.of(1, 2, 3)),
    `
      2b000000          len
      04000000          code
      00*8              unique
      0300000000000000  nodeid
      0000000001000000  offset
      03000000          size
      00000000          padding
      010203            data
    `,
    { node: 3n, offset: 0x1_0000_0000n, size: 3 },
  ],
  [
    "RETRIEVE",
    notification.retrieve(7n, 3n, 5, 0xffff_ffff),
    `
      30000000          len
      05000000          code
      00*8              unique
      0700000000000000  notify_unique
      0300000000000000  nodeid
      0500000000000000  offset
      ffffffff          size
      00000000          padding
    `,
    { id: 7n, node: 3n, offset: 5n, size: 0xffff_ffff },
  ],
  [
    "DELETE",
    notification.deleteEntry(1n, 3n, "a"),
    `
      2a000000          len
      06000000          code
      00*8              unique
      0100000000000000  parent
      0300000000000000  child
      01000000          namelen
      00000000          padding
      6100              name, NUL
    `,
    { parent: 1n, child: 3n, name: "a" },
  ],
  [
    "RESEND",
    notification.resend(),
    `
      10000000  len
      07000000  code
      00*8      unique
    `,
    {},
  ],
  [
    "INC_EPOCH",
    notification.incEpoch(),
    `
      10000000  len
      08000000  code
      00*8      unique
    `,
    {},
  ],
  [
    "PRUNE",
    notification.prune([2n, 0x8000_0000_0000_0003n]),
    `
      30000000          len
      09000000          code
      00*8              unique
      02000000          count
      00000000          padding
      00*8              spare
      0200000000000000  nodeid
      0300000000000080  nodeid
    `,
    { count: 2 },
  ],
  [
    "PRUNE of nothing",
    notification.prune([]),
    `
      20000000  len
      09000000  code
      00*8      unique
      00*16     count, padding, spare
    `,
    { count: 0 },
  ],
];

for (const [title, bytes, dump, fields] of NOTIFICATIONS) {
  Deno.test(`FUSE_NOTIFY_${title} is encoded, and described`, () => {
    assertBytes(bytes, dump);
    assertEquals(describeNotification(bytes), [title.split(" ")[0], fields]);
  });
}

Deno.test("describeNotification() takes what is not known, or cut off", () => {
  const view = new DataView(new ArrayBuffer(16));
  view.setInt32(4, 99, true);
  assertEquals(describeNotification(new Uint8Array(view.buffer)), ["99", {}]);
  const bytes = notification.deleteEntry(1n, 3n, "a");
  for (let length = 16; length < 40; length++) {
    assertEquals(describeNotification(bytes.slice(0, length)), ["DELETE", {}]);
  }
});
