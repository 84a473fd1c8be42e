/**
 * A request of each kind that is about locks, as the kernel sends it, made from
 * `<linux/fuse.h>`.
 *
 * @module
 */

import * as fuse from "../../../fuse/mod.ts";
import { bytesOf } from "../_dump.ts";
import { HANDLE, header, LOCK_OWNER, OWNER, type Sample } from "./_sample.ts";

const LOCK_FIELDS = { handle: HANDLE, lockOwner: OWNER };

const LOCK_JSON = { handle: `${HANDLE}`, lockOwner: `${OWNER}` };

export const LOCK_SAMPLES: readonly Sample[] = [
  {
    title: "GETLK",
    type: fuse.QueryLockRequest,
    bytes: bytesOf(`
      ${header("58000000", "1f000000")}
      0700000000000080  fh
      ${LOCK_OWNER}     owner
      0100000000000040  lk.start
      ffffffffffffff7f  lk.end: 2^63 - 1
      01000000          lk.type: F_WRLCK
      d3040000          lk.pid
      00000000          lk_flags
      00000000          padding
    `),
    fields: {
      opname: "GETLK",
      ...LOCK_FIELDS,
      lock: {
        start: 0x4000_0000_0000_0001n,
        end: 2n ** 63n - 1n,
        type: fuse.F_WRLCK,
        pid: 1235,
      },
      lockFlags: 0,
    },
    text: ` handle=${HANDLE} lockOwner=${OWNER} start=4611686018427387905 ` +
      "end=9223372036854775807 type=LockWrite pid=1235 lockFlags=0",
    json: {
      ...LOCK_JSON,
      start: "4611686018427387905",
      end: "9223372036854775807",
      type: 1,
      pid: 1235,
      lockFlags: 0,
    },
  },
  {
    title: "SETLK",
    type: fuse.LockRequest,
    bytes: bytesOf(`
      ${header("58000000", "20000000")}
      0700000000000080  fh
      ${LOCK_OWNER}     owner
      00*8              lk.start
      ffffffffffffff7f  lk.end: 2^63 - 1
      00000000          lk.type: F_RDLCK
      d3040000          lk.pid
      01000000          lk_flags: FUSE_LK_FLOCK
      00000000          padding
    `),
    fields: {
      opname: "SETLK",
      ...LOCK_FIELDS,
      lock: { start: 0n, end: 2n ** 63n - 1n, type: fuse.F_RDLCK, pid: 1235 },
      lockFlags: fuse.FUSE_LK_FLOCK,
    },
    text: ` handle=${HANDLE} lockOwner=${OWNER} start=0 ` +
      "end=9223372036854775807 type=LockRead pid=1235 lockFlags=LockFlock",
    json: {
      ...LOCK_JSON,
      start: "0",
      end: "9223372036854775807",
      type: 0,
      pid: 1235,
      lockFlags: 1,
    },
  },
  {
    title: "SETLKW",
    type: fuse.LockWaitRequest,
    bytes: bytesOf(`
      ${header("58000000", "21000000")}
      0700000000000080  fh
      ${LOCK_OWNER}     owner
      0a00000000000000  lk.start
      1300000000000000  lk.end
      01000000          lk.type: F_WRLCK
      ffffffff          lk.pid: -1
      00000000          lk_flags
      00000000          padding
    `),
    fields: {
      opname: "SETLKW",
      ...LOCK_FIELDS,
      lock: { start: 10n, end: 19n, type: fuse.F_WRLCK, pid: -1 },
      lockFlags: 0,
    },
    text: ` handle=${HANDLE} lockOwner=${OWNER} start=10 end=19 ` +
      "type=LockWrite pid=-1 lockFlags=0",
    json: {
      ...LOCK_JSON,
      ...{ start: "10", end: "19", type: 1, pid: -1, lockFlags: 0 },
    },
  },
  ...["SETLK", "SETLKW"].map((opname, i): Sample => ({
    title: `${opname} that unlocks`,
    type: fuse.UnlockRequest,
    bytes: bytesOf(`
      ${header("58000000", i === 0 ? "20000000" : "21000000")}
      0700000000000080  fh
      ${LOCK_OWNER}     owner
      0a00000000000000  lk.start
      1300000000000000  lk.end
      02000000          lk.type: F_UNLCK
      d3040000          lk.pid
      00000000          lk_flags
      00000000          padding
    `),
    fields: {
      opname: "UNLOCK",
      ...LOCK_FIELDS,
      lock: { start: 10n, end: 19n, type: fuse.F_UNLCK, pid: 1235 },
      lockFlags: 0,
    },
    text: ` handle=${HANDLE} lockOwner=${OWNER} start=10 end=19 ` +
      "type=LockUnlock pid=1235 lockFlags=0",
    json: {
      ...LOCK_JSON,
      ...{ start: "10", end: "19", type: 2, pid: 1235, lockFlags: 0 },
    },
  })),
];
