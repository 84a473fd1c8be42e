/**
 * A request of each kind that wants of a file more than its bytes, as the
 * kernel sends it, made from `<linux/fuse.h>`.
 *
 * @module
 */

import * as fuse from "../../../fuse/mod.ts";
import { bytesOf } from "../_dump.ts";
import { HANDLE, header, type Sample } from "./_sample.ts";

export const FILE_SAMPLES: readonly Sample[] = [
  {
    title: "FSYNC",
    type: fuse.FsyncRequest,
    bytes: bytesOf(`
      ${header("38000000", "14000000")}
      0700000000000080  fh
      01000000          fsync_flags: FUSE_FSYNC_FDATASYNC
      00000000          padding
    `),
    fields: { opname: "FSYNC", dir: false, handle: HANDLE, flags: 1 },
    text: ` handle=${HANDLE} flags=FsyncDataOnly`,
    json: { handle: `${HANDLE}`, flags: 1 },
  },
  {
    title: "FSYNCDIR",
    type: fuse.FsyncRequest,
    bytes: bytesOf(`
      ${header("38000000", "1e000000")}
      0700000000000000  fh
      00000000          fsync_flags
      00000000          padding
    `),
    fields: { opname: "FSYNCDIR", dir: true, handle: 7n, flags: 0 },
    text: " handle=7 flags=0",
    json: { handle: "7", flags: 0 },
  },
  {
    title: "FALLOCATE",
    type: fuse.FAllocateRequest,
    bytes: bytesOf(`
      ${header("48000000", "2b000000")}
      0700000000000080  fh
      0100000000002000  offset: 2^53 + 1
      ffffffffffffff7f  length: 2^63 - 1
      13000000          mode: all that Linux lets through
      00000000          padding
    `),
    fields: {
      opname: "FALLOCATE",
      handle: HANDLE,
      offset: 2 ** 53,
      offset64: 2n ** 53n + 1n,
      length: 2 ** 63,
      length64: 2n ** 63n - 1n,
      mode: fuse.FALLOC_FL_KEEP_SIZE | fuse.FALLOC_FL_PUNCH_HOLE |
        fuse.FALLOC_FL_ZERO_RANGE,
    },
    text: ` handle=${HANDLE} offset=9007199254740993 ` +
      "length=9223372036854775807 " +
      "mode=FAllocateKeepSize+FAllocatePunchHole+FAllocateZeroRange",
    json: {
      handle: `${HANDLE}`,
      offset: "9007199254740993",
      length: "9223372036854775807",
      mode: 0x13,
    },
  },
  {
    title: "LSEEK",
    type: fuse.LseekRequest,
    bytes: bytesOf(`
      ${header("40000000", "2e000000")}
      0700000000000080  fh
      ffffffffffffffff  offset: -1
      04000000          whence: SEEK_HOLE
      00000000          padding
    `),
    fields: {
      opname: "LSEEK",
      handle: HANDLE,
      offset: 2 ** 64,
      offset64: 2n ** 64n - 1n,
      whence: fuse.SEEK_HOLE,
    },
    text: ` handle=${HANDLE} offset=18446744073709551615 whence=4`,
    json: {
      handle: `${HANDLE}`,
      offset: "18446744073709551615",
      whence: 4,
    },
  },
  {
    title: "BMAP",
    type: fuse.BmapRequest,
    bytes: bytesOf(`
      ${header("38000000", "25000000")}
      0100000000000080  block
      00100000          blocksize
      00000000          padding
    `),
    fields: {
      opname: "BMAP",
      block: 0x8000_0000_0000_0001n,
      blockSize: 4096,
    },
    text: " block=9223372036854775809 blockSize=4096",
    json: { block: "9223372036854775809", blockSize: 4096 },
  },
  {
    title: "IOCTL",
    type: fuse.IoctlRequest,
    bytes: bytesOf(`
      ${header("4c000000", "27000000")}
      0700000000000080  fh
      10000000          flags: FUSE_IOCTL_DIR
      016604c0          cmd: _IOWR('f', 1, int)
      f0deffffff7f0000  arg: an address
      04000000          in_size
      04000000          out_size
      d2040000          the int
    `),
    fields: {
      opname: "IOCTL",
      handle: HANDLE,
      flags: fuse.FUSE_IOCTL_DIR,
      cmd: 0xc004_6601,
      arg: 0x7fff_ffff_def0n,
      outSize: 4,
      data: new Uint8Array([0xd2, 4, 0, 0]),
    },
    text: ` handle=${HANDLE} flags=IoctlDir cmd=0xc0046601 ` +
      "arg=140737488346864 inSize=4 outSize=4",
    json: {
      handle: `${HANDLE}`,
      flags: 16,
      cmd: 0xc004_6601,
      arg: "140737488346864",
      inSize: 4,
      outSize: 4,
    },
  },
  {
    title: "IOCTL that is unrestricted, by a 32-bit program",
    type: fuse.IoctlRequest,
    bytes: bytesOf(`
      ${header("48000000", "27000000")}
      0700000000000000  fh
      0b000000          flags: COMPAT, UNRESTRICTED, 32BIT
      01540000          cmd: TCGETS
      f0deffff00000000  arg: an address
      00000000          in_size
      00000000          out_size
    `),
    fields: {
      opname: "IOCTL",
      handle: 7n,
      flags: fuse.FUSE_IOCTL_COMPAT | fuse.FUSE_IOCTL_UNRESTRICTED |
        fuse.FUSE_IOCTL_32BIT,
      cmd: 0x5401,
      arg: 0xffff_def0n,
      outSize: 0,
      data: new Uint8Array(0),
    },
    text: " handle=7 flags=IoctlCompat+IoctlUnrestricted+Ioctl32Bit " +
      "cmd=0x5401 arg=4294958832 inSize=0 outSize=0",
    json: {
      handle: "7",
      flags: 11,
      cmd: 0x5401,
      arg: "4294958832",
      inSize: 0,
      outSize: 0,
    },
  },
  {
    title: "POLL",
    type: fuse.PollRequest,
    bytes: bytesOf(`
      ${header("40000000", "28000000")}
      0700000000000080  fh
      88776655443322f1  kh
      01000000          flags: FUSE_POLL_SCHEDULE_NOTIFY
      45200080          events, and one without a name
    `),
    fields: {
      opname: "POLL",
      handle: HANDLE,
      flags: fuse.FUSE_POLL_SCHEDULE_NOTIFY,
      events: 0x8000_2045,
    },
    text: ` handle=${HANDLE} kernelHandle=17375506680932366216 ` +
      "flags=PollScheduleNotify " +
      "events=PollIn+PollOut+PollReadNormal+PollReadHangup+0x80000000",
    json: {
      handle: `${HANDLE}`,
      kernelHandle: "17375506680932366216",
      flags: 1,
      events: 0x8000_2045,
    },
  },
  ...[fuse.CopyFileRangeRequest, fuse.CopyFileRange64Request].map((
    type,
    i,
  ): Sample => ({
    title: i === 0 ? "COPY_FILE_RANGE" : "COPY_FILE_RANGE_64",
    type,
    bytes: bytesOf(`
      ${header("60000000", i === 0 ? "2f000000" : "35000000")}
      0700000000000080  fh_in
      0100000000000040  off_in
      0900000000000080  nodeid_out
      0800000000000080  fh_out
      0200000000000040  off_out
      00f0ffffffffff7f  len: what no limit means
      0100000000000080  flags: none has a name
    `),
    fields: {
      opname: i === 0 ? "COPY_FILE_RANGE" : "COPY_FILE_RANGE_64",
      handleIn: HANDLE,
      offsetIn: 2 ** 62,
      offsetIn64: 0x4000_0000_0000_0001n,
      nodeOut: 0x8000_0000_0000_0009n,
      handleOut: 0x8000_0000_0000_0008n,
      offsetOut: 2 ** 62,
      offsetOut64: 0x4000_0000_0000_0002n,
      length: 0x7fff_ffff_ffff_f000,
      length64: 0x7fff_ffff_ffff_f000n,
      flags: 0x8000_0000_0000_0001n,
    },
    text: ` handleIn=${HANDLE} offsetIn=4611686018427387905 ` +
      "nodeOut=9223372036854775817 handleOut=9223372036854775816 " +
      "offsetOut=4611686018427387906 length=9223372036854771712 " +
      "flags=9223372036854775809",
    json: {
      handleIn: `${HANDLE}`,
      offsetIn: "4611686018427387905",
      nodeOut: "9223372036854775817",
      handleOut: "9223372036854775816",
      offsetOut: "4611686018427387906",
      length: "9223372036854771712",
      flags: "9223372036854775809",
    },
  })),
  {
    title: "SETUPMAPPING",
    type: fuse.SetupmappingRequest,
    bytes: bytesOf(`
      ${header("50000000", "30000000")}
      ffffffffffffffff  fh: none
      0010000000000080  foffset
      0000200000000000  len
      0300000000000000  flags: WRITE, READ
      0000400000000000  moffset
    `),
    fields: {
      opname: "SETUPMAPPING",
      handle: 2n ** 64n - 1n,
      fileOffset: 0x8000_0000_0000_1000n,
      length: 0x20_0000n,
      flags: fuse.FUSE_SETUPMAPPING_FLAG_WRITE |
        fuse.FUSE_SETUPMAPPING_FLAG_READ,
      windowOffset: 0x40_0000n,
    },
    text: " handle=18446744073709551615 fileOffset=9223372036854779904 " +
      "length=2097152 flags=3 windowOffset=4194304",
    json: {
      handle: "18446744073709551615",
      fileOffset: "9223372036854779904",
      length: "2097152",
      flags: "3",
      windowOffset: "4194304",
    },
  },
  {
    title: "REMOVEMAPPING",
    type: fuse.RemovemappingRequest,
    bytes: bytesOf(`
      ${header("4c000000", "31000000")}
      02000000          count
      0000200000000000  moffset
      0000400000000000  len
      0000600000000080  moffset
      ffffffffffffffff  len
    `),
    fields: {
      opname: "REMOVEMAPPING",
      mappings: [
        { windowOffset: 0x20_0000n, length: 0x40_0000n },
        { windowOffset: 0x8000_0000_0060_0000n, length: 2n ** 64n - 1n },
      ],
    },
    text: " count=2",
    json: { count: 2 },
  },
];
