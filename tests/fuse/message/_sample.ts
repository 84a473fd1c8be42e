/**
 * What a sample of a request is, and the header that all of them have.
 *
 * @module
 */

import type { Request } from "../../../fuse/mod.ts";

/** One request: its bytes, and what they mean. */
export interface Sample {
  readonly title: string;
  readonly type: new () => Request;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What the decoded request has besides the header. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** What it prints after the header. */
  readonly text: string;
  /** What it has in JSON besides name and header. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** The fields of a request's header, the same in all samples. */
export function header(
  len: string,
  opcode: string,
  extensions = "0000",
): string {
  return `
    ${len}            len
    ${opcode}         opcode
    0280000000000080  unique
    887766554433aaf1  nodeid
    e8030000          uid
    ffffffff          gid
    d2040000          pid
    ${extensions}     total_extlen
    0000              padding
  `;
}

/** What {@linkcode header} means. */
export const HEADER = {
  id: 0x8000_0000_0000_8002n,
  node: 0xf1aa_3344_5566_7788n,
  uid: 1000,
  gid: 0xffff_ffff,
  pid: 1234,
};

/** What {@linkcode header} prints. */
export const HEADER_TEXT = "[ID=0x8000000000008002 Node=0xf1aa334455667788 " +
  "Uid=1000 Gid=4294967295 Pid=1234]";

/** A lock owner's bytes are scrambled: any of the 64 bits may be set. */
export const LOCK_OWNER = "efcdab89674523f1";

/** What {@linkcode LOCK_OWNER} means. */
export const OWNER = 0xf123_4567_89ab_cdefn;

/** The handle of `0700000000000080`. */
export const HANDLE = 0x8000_0000_0000_0007n;

/**
 * O_LARGEFILE as the kernel has it, which adds it to the flags of every open(2)
 * of a 64-bit program. To those programs it is 0.
 */
export const O_LARGEFILE = Deno.build.arch === "aarch64" ? 0o400000 : 0o100000;

/** What has no name among the flags of OPEN and CREATE: the highest bit too. */
export const NAMELESS = 0x8000_0000;

/** Returns a number's 32 bits as they lie in memory. */
export function u32(value: number): string {
  return new Uint8Array(Uint32Array.of(value).buffer).toHex();
}

/** Prints flags that have no name. */
export function hex(flags: number): string {
  return `0x${flags.toString(16)}`;
}
