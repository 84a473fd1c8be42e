/**
 * Attributes with every field set, and their bytes.
 *
 * @module
 */

import type { Attr } from "../../../fuse/mod.ts";

/** Sets every attribute, each to a value that no other has. */
export function fillAttr(attr: Attr): void {
  attr.inode = 0x8000_0000_0000_0003n;
  attr.size = Number.MAX_SAFE_INTEGER;
  attr.blocks = 2 ** 32 + 1;
  attr.atimeNs = -1n;
  attr.mtimeNs = 2n ** 32n * 1_000_000_000n + 500_000_000n;
  attr.ctimeNs = BigInt(Date.UTC(1960, 0, 1)) * 1_000_000n;
  attr.mode = 0o060777;
  attr.nlink = 3;
  attr.uid = 0xffff_fffe;
  attr.gid = 1001;
  attr.rdev = 0xabc1_23de;
  attr.blockSize = 4096;
  attr.flags = 2;
}

/** What {@linkcode fillAttr} sets, as `struct fuse_attr`. */
export const FILLED_ATTR = `
  0300000000000080  ino
  ffffffffffff1f00  size: 2^53 - 1
  0100000001000000  blocks
  ffffffffffffffff  atime: the second before 1970
  0000000001000000  mtime: 2106
  800830edffffffff  ctime: 1960
  ffc99a3b          atimensec: 999999999
  0065cd1d          mtimensec: 500000000
  00000000          ctimensec
  ff610000          mode: S_IFBLK | 0777
  03000000          nlink
  feffffff          uid
  e9030000          gid
  de23c1ab          rdev
  00100000          blksize
  02000000          flags
`;
