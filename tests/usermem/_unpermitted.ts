/**
 * What needs no permission, and the permission error of what does.
 *
 * @module
 */

import {
  AddrRange,
  bytesIOSequence,
  copyInt32StringsInVec,
  copyObjectIn,
  copyStringIn,
  ProcessIO,
} from "../../usermem/mod.ts";
import {
  Block,
  BlockSeq,
  copySeq,
  zeroSeq,
} from "../../usermem/safemem/mod.ts";

const sequence = bytesIOSequence(new TextEncoder().encode("12 34\0"));
const { io, addrs } = sequence;
copyStringIn(io, 0n, 10);
copyObjectIn(io, 0n, "u32");
io.swapUint32(0n, io.loadUint32(0n));
copyInt32StringsInVec(io, addrs.takeFirst(5), new Int32Array(2));
sequence.reader().read(new Uint8Array(2));
new AddrRange(0n, 1n).toString();

const blocks = BlockSeq.from([1, 2].map((n) => Block.of(new Uint8Array(n))));
zeroSeq(blocks.dropFirst(1));
copySeq(blocks, blocks.takeFirst(1));

for (
  const body of [
    () => ProcessIO.self(),
    () => ProcessIO.of(1),
    () => Block.at(8n, 1).toSlice(),
    () => blocks.head().address,
    () => zeroSeq(BlockSeq.of(Block.at(8n, 1))),
  ]
) {
  try {
    body();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) continue;
    throw error;
  }
  throw new Error(`No permission error of ${body}`);
}
