import {
  type BlockSeq,
  iovecsFromBlockSeq,
} from "../../usermem/safemem/mod.ts";
import { lengthOf } from "../_transfer.ts";
import { MAX_READ_WRITE_IOV } from "../constants_uio.ts";

/**
 * Moves the bytes of some ranges, after `transferred` bytes have been moved.
 */
type Move = (
  iovecs: BigUint64Array<ArrayBuffer>,
  offset: bigint,
  transferred: number,
) => Promise<number>;

/**
 * Moves bytes until the Blocks end or an operation moves fewer bytes than
 * requested.
 *
 * @returns The number of bytes moved.
 */
export async function transferAll(
  blocks: BlockSeq,
  offset: bigint,
  move: Move,
): Promise<number> {
  let rest = blocks;
  for (let transferred = 0;;) {
    const at = offset < 0n ? offset : offset + BigInt(transferred);
    const iovecs = iovecsFromBlockSeq(rest, MAX_READ_WRITE_IOV);
    const n = await move(iovecs, at, transferred);
    transferred += n;
    rest = rest.dropFirst(n);
    if (rest.isEmpty || n < lengthOf(iovecs)) return transferred;
  }
}
