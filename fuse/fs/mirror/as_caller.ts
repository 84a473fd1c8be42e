/**
 * System calls with the user and group of a request's caller: a new file
 * belongs to the caller from the start, by the rules of its directory, and a
 * call changes only what the caller may change.
 *
 * @module
 */

import { errno, libc, linuxLibc } from "../../../ffi/internal.ts";
import type { Header } from "../../message/mod.ts";

// linux/capability.h
const VERSION = 0x2008_0522;
const CAP_FOWNER = 3;
const CAP_FSETID = 4;
/** The 32-bit words of three sets in two halves, the effective set first. */
const SETS = 6;

const HEADER = bytesOf(Uint32Array.of(VERSION, 0));
/** A user other than root. */
const SOMEBODY = 65534;

/** The privileges of root that system calls for another user need. */
interface Rights {
  /** This thread's own group. */
  readonly gid: number;
  /**
   * The capabilities to keep. The kernel has checked the caller's access to the
   * directory, with supplementary groups that are unknown here. CAP_FOWNER and
   * CAP_FSETID are dropped, which would override the ownership of files.
   */
  readonly capabilities: Uint8Array<ArrayBuffer>;
}

/** The privileges; null if this thread cannot change its user. */
let rights: Rights | null | undefined;

/**
 * Makes a system call with the caller's user and group if this process is root,
 * otherwise with its own. If the caller is root, all capabilities stay.
 *
 * The kernel keeps user, group and capabilities for each thread, so no other
 * thread is affected; the call must be made on this thread.
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
      // setfsuid(2) also clears the capabilities that concern files.
      setfsuid(uid);
      if (capset(HEADER, capabilities) < 0) return -errno();
    }
    return resultOf(call);
  } finally {
    // setfsuid(2) also restores the capabilities.
    if (uid !== 0) setfsuid(0);
    if (gid !== group) setfsgid(group);
  }
}

/** Returns the owner of a file that {@linkcode asCaller} makes. */
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
