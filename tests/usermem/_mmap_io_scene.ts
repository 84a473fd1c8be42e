/**
 * A process whose mapped file is cut short under it: it reads what is gone, as
 * its argument says, and tells what came of it, if it lives.
 *
 * @module
 */

import { MMap } from "../../mmap/mod.ts";
import { ftruncate } from "../../posix/mod.ts";
import {
  AddrRange,
  AddrRangeSeq,
  copyInVec,
  MMapIO,
} from "../../usermem/mod.ts";
import { outcome } from "./_case.ts";
import { PAGE } from "./_pages.ts";

/** Returns the address of a page, or of a byte before or behind its start. */
const at = (page: number, offset: number = 0): bigint =>
  BigInt(page * PAGE + offset);

using m = MMap.memfd("cut", 3 * PAGE);
const io = new MMapIO(m, { safe: Deno.args[0] === "safe" });
m.bytes.fill(7);
ftruncate(m.fd, PAGE);

const ars = AddrRangeSeq.from([
  new AddrRange(0n, 5n),
  new AddrRange(at(2, -100), at(2, 900)),
]);
const dst = new Uint8Array(1005);
const accesses: (() => number)[] = [
  () => io.copyIn(at(1, -6), dst),
  () => io.copyOut(at(1, -6), dst),
  () => io.zeroOut(at(2), 1),
  () => copyInVec(io, ars, dst),
  () => io.swapUint32(at(1), 1),
  () => io.loadUint32(at(3, -4)),
];
const outcomes = accesses.map((access) => outcome(access, {}));
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(outcomes)));
