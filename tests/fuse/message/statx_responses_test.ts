import { StatxResponse } from "../../../fuse/mod.ts";
import { assertBytes } from "../_dump.ts";
import { fillAttr } from "./_filled_attr.ts";
import { header, replyWith } from "./_sink.ts";

/** What {@linkcode fillAttr} sets, as `struct fuse_statx`; birth as given. */
function statx(mask: string, seconds: string, nanoseconds: string): string {
  return `
    ${header("30010000")}
    0000000000000000  attr_valid
    80b2e60e          attr_valid_nsec: 250000000
    02000000          flags
    00*16             spare
    ${mask}           mask
    00100000          blksize
    1000000000000080  attributes
    03000000          nlink
    feffffff          uid
    e9030000          gid
    ff61              mode
    0000              __spare0
    0300000000000080  ino
    ffffffffffff1f00  size
    0100000001000000  blocks
    ff00000000000080  attributes_mask
    ffffffffffffffff  atime.tv_sec
    ffc99a3b          atime.tv_nsec
    00000000          atime.__reserved
    ${seconds}        btime.tv_sec
    ${nanoseconds}    btime.tv_nsec
    00000000          btime.__reserved
    800830edffffffff  ctime.tv_sec
    00000000          ctime.tv_nsec
    00000000          ctime.__reserved
    0000000001000000  mtime.tv_sec
    0065cd1d          mtime.tv_nsec
    00000000          mtime.__reserved
    23010000          rdev_major
    debc0a00          rdev_minor
    00000000          dev_major
    00000000          dev_minor
    00*112            __spare2
  `;
}

function replyToStatx(btimeNs: bigint | undefined): Uint8Array {
  const response = new StatxResponse();
  response.attr.validMs = 250;
  fillAttr(response.attr);
  response.btimeNs = btimeNs;
  response.attributes = 0x8000_0000_0000_0010n;
  response.attributesMask = 0x8000_0000_0000_00ffn;
  return replyWith("STATX", response);
}

Deno.test("StatxResponse is struct fuse_statx_out", () => {
  assertBytes(
    replyToStatx(-500_000_000n),
    statx("ff0f0000", "ffffffffffffffff", "0065cd1d"),
  );
});

Deno.test("StatxResponse without a time of birth does not claim one", () => {
  assertBytes(
    replyToStatx(undefined),
    statx("ff070000", "0000000000000000", "00000000"),
  );
});
