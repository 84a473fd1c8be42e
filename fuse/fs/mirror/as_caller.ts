/**
 * System calls in the name of the caller of a request: what they make belongs
 * to the caller, from the first moment and by the rules of its directory, and
 * they change only what the caller may.
 *
 * @module
 */

import { errno, libc, linuxLibc } from "../../../ffi/internal.ts";
import type { Header } from "../../message/mod.ts";

// linux/capability.h
const VERSION = 0x2008_0522;
const CAP_FOWNER = 3;
const CAP_FSETID = 4;
/** Two halves of 32 bits, each of three sets, the effective one first. */
const SETS = 6;

const HEADER = bytesOf(Uint32Array.of(VERSION, 0));
/** Any user but root. */
const SOMEBODY = 65534;

/** What root does with the rights of another user. */
interface Rights {
  /** This thread's own group. */
  readonly gid: number;
  /**
   * Capabilities to keep. The kernel has checked what the caller may do in a
   * directory, with groups that are not known here; but what is somebody
   * else's stays theirs.
   */
  readonly capabilities: Uint8Array<ArrayBuffer>;
}

/** Null if this thread can act as nobody but itself. */
let rights: Rights | null | undefined;

/**
 * Makes a system call with the caller's user and group, if this process is
 * root; otherwise as itself. For the caller itself, root keeps what it may.
 *
 * The kernel keeps user, group and capabilities for each thread, so nothing
 * else is touched; the call must be one that is made on this thread.
 *
 * @returns The call's result, or its error number, negative.
 */
export function asCaller({ uid, gid }: Header, call: () => number): number {
  if (rights === undefined) rights = ownRights();
  if (rights === null) return resultOf(call);
  const { gid: group, capabilities } = rights;
  if (uid === 0 && gid === group) return resultOf(call);
  const { setfsuid, setfsgid, capset } = linuxLibc();
  try {
    if (gid !== group) setfsgid(gid);
    if (uid !== 0) {
      // It also takes the capabilities that concern files.
      setfsuid(uid);
      if (capset(HEADER, capabilities) < 0) return -errno();
    }
    return resultOf(call);
  } finally {
    // It gives them back.
    if (uid !== 0) setfsuid(0);
    if (gid !== group) setfsgid(group);
  }
}

/** Returns to whom belongs what {@linkcode asCaller} makes. */
export function ownerFor({ uid }: Header): number {
  if (rights === undefined) rights = ownRights();
  return rights === null ? libc().geteuid() : uid;
}

/** Makes a system call; returns its result, or its error number, negative. */
export function resultOf(call: () => number): number {
  const result = call();
  return result < 0 ? -errno() : result;
}

function ownRights(): Rights | null {
  if (libc().geteuid() !== 0) return null;
  const { setfsuid, capget } = linuxLibc();
  setfsuid(SOMEBODY);
  if (setfsuid(0) !== SOMEBODY) return null;
  const sets = new Uint32Array(SETS);
  if (capget(HEADER, bytesOf(sets)) < 0) return null;
  sets[0]! &= ~(1 << CAP_FOWNER | 1 << CAP_FSETID);
  return { gid: libc().getegid(), capabilities: bytesOf(sets) };
}

function bytesOf(words: Uint32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(words.buffer);
}
