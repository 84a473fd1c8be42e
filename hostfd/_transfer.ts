import { errno } from "../ffi/internal.ts";
import { SyscallError } from "../ffi/mod.ts";
import { ENOSYS } from "../posix/mod.ts";
import { Block, BlockSeq, iovecsFromBlockSeq } from "../usermem/safemem/mod.ts";
import type { Calls } from "./_calls.ts";
import { holding } from "./_hold.ts";
import { MAX_READ_WRITE_IOV } from "./constants_uio.ts";

/** Returns Blocks as they are, and a view as one Block. */
export function blockSeqOf(blocks: BlockSeq | Uint8Array): BlockSeq {
  return blocks instanceof BlockSeq ? blocks : BlockSeq.of(Block.of(blocks));
}

/**
 * Moves bytes until the Blocks end or a call moves fewer bytes than requested.
 *
 * @returns The number of bytes moved; 0, without a system call, if there is no
 * Block.
 */
export function transfer(
  calls: Calls,
  fd: number,
  blocks: BlockSeq | Uint8Array,
  offset: bigint,
  flags: number,
): number {
  // The fast path of the most common transfer: a single view needs no Block.
  if (flags === 0 && blocks instanceof Uint8Array && blocks.length > 0) {
    const n = calls.view(fd, blocks, offset);
    if (n < 0) throw new SyscallError(singleCallName(calls, offset), errno());
    return n;
  }
  const seq = blockSeqOf(blocks);
  if (seq.isEmpty) return 0;
  return holding(
    seq,
    () =>
      flags === 0 && seq.head().length === seq.numBytes
        ? transferOne(calls, fd, seq.head(), offset)
        : transferMany(calls, fd, seq, offset, flags),
  );
}

function singleCallName({ name }: Calls, offset: bigint): string {
  return offset === -1n ? name : `p${name}`;
}

function transferOne(
  calls: Calls,
  fd: number,
  block: Block,
  offset: bigint,
): number {
  const n = block.needSafecopy
    ? calls.memory(fd, block.address, block.length, offset)
    : calls.view(fd, block.toSlice(), offset);
  if (n < 0) throw new SyscallError(singleCallName(calls, offset), errno());
  return n;
}

function transferMany(
  calls: Calls,
  fd: number,
  blocks: BlockSeq,
  offset: bigint,
  flags: number,
): number {
  const name = `p${calls.name}v2`;
  let rest = blocks;
  for (let transferred = 0;;) {
    const at = offset < 0n ? offset : offset + BigInt(transferred);
    const iovecs = iovecsFromBlockSeq(rest, MAX_READ_WRITE_IOV);
    const n = calls.vector(fd, iovecs, at, flags);
    if (n === undefined) {
      const hint = "this libc has no function that takes flags";
      throw new SyscallError(name, ENOSYS, { hint });
    }
    if (n < 0) throw new SyscallError(name, errno(), { transferred });
    transferred += n;
    rest = rest.dropFirst(n);
    if (rest.isEmpty || n < lengthOf(iovecs)) return transferred;
  }
}

/** Returns the total length of the ranges in bytes. */
export function lengthOf(iovecs: BigUint64Array): number {
  let length = 0;
  for (let i = 1; i < iovecs.length; i += 2) length += Number(iovecs[i]);
  return length;
}
