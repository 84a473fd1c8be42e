import { checkText, checkU64, encodeBytes } from "../../ffi/internal.ts";

// FNV-1a, 64 bits (RFC 9923).
const OFFSET_BASIS = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;
const MASK = 0xffff_ffff_ffff_ffffn;
/** The first number to use: 0 means no inode, and 1 is the root. */
const FIRST = 2n;

/**
 * Returns an inode number for a name in a directory: always the same for the
 * same name, and almost certainly different from that of any other name.
 *
 * @param parent The directory's inode number.
 * @param name The name.
 * @returns A 64-bit number from 2.
 *
 * @example Usage
 * ```ts
 * import { generateDynamicInode } from "@hostkit/hostkit/fuse/fs";
 *
 * const inode = generateDynamicInode(1n, "hello");
 * console.assert(inode === generateDynamicInode(1n, "hello"));
 * console.assert(inode !== generateDynamicInode(1n, "world"));
 * ```
 */
export function generateDynamicInode(parent: bigint, name: string): bigint {
  checkU64("parent", parent);
  checkText("name", name);
  let hash = OFFSET_BASIS;
  const add = (byte: bigint): void => {
    hash = (hash ^ byte) * PRIME & MASK;
  };
  for (let shift = 0n; shift < 64n; shift += 8n) add(parent >> shift & 0xffn);
  for (const byte of encodeBytes(name)) add(BigInt(byte));
  return hash < FIRST ? hash + FIRST : hash;
}
