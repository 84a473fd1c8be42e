/**
 * POSIX access control lists (acl(5)) in the binary format of
 * `<linux/posix_acl_xattr.h>`.
 *
 * The kernel checks permissions against them. The file system has to keep them
 * consistent with the mode, and to let new files inherit them.
 *
 * @module
 */

import { SyscallError } from "../../../ffi/mod.ts";
import { EINVAL } from "../../../posix/mod.ts";

/** The name of the extended attribute with a node's access ACL. */
export const ACL_ACCESS = "system.posix_acl_access";
/** The name of the extended attribute with a directory's default ACL. */
export const ACL_DEFAULT = "system.posix_acl_default";

const VERSION = 2;
const HEAD = 4;
const ENTRY = 8;
const PERMISSIONS = 0o777;

const USER_OBJ = 0x01;
const USER = 0x02;
const GROUP_OBJ = 0x04;
const GROUP = 0x08;
const MASK = 0x10;
const OTHER = 0x20;

/** One entry of a list: a user or group, and its permissions. */
interface Entry {
  readonly tag: number;
  perm: number;
  readonly id: number;
}

/** An access control list. */
export class Acl {
  readonly #entries: readonly Entry[];

  constructor(entries: readonly Entry[]) {
    this.#entries = entries;
  }

  /**
   * Reads a list.
   *
   * @throws {SyscallError} EINVAL if it is malformed.
   */
  static parse(bytes: Uint8Array): Acl {
    const { buffer, byteOffset, length } = bytes;
    const view = new DataView(buffer, byteOffset, length);
    const isWhole = length >= HEAD && (length - HEAD) % ENTRY === 0 &&
      view.getUint32(0, true) === VERSION;
    if (!isWhole) throw invalid();
    const entries: Entry[] = [];
    for (let at = HEAD; at < length; at += ENTRY) {
      entries.push({
        tag: view.getUint16(at, true),
        perm: view.getUint16(at + 2, true),
        id: view.getUint32(at + 4, true),
      });
    }
    if (!isValid(entries)) throw invalid();
    return new Acl(entries);
  }

  /** Returns the list's bytes. */
  format(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(HEAD + ENTRY * this.#entries.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, VERSION, true);
    for (const [i, { tag, perm, id }] of this.#entries.entries()) {
      const at = HEAD + ENTRY * i;
      view.setUint16(at, tag, true);
      view.setUint16(at + 2, perm, true);
      view.setUint32(at + 4, id, true);
    }
    return bytes;
  }

  /** Whether the list says more than the permission bits of a mode can. */
  get isExtended(): boolean {
    return this.#entries.some(({ tag }) => (tag & (USER | GROUP | MASK)) !== 0);
  }

  /** The permission bits of the mode that corresponds to the list. */
  get mode(): number {
    return this.#perm(USER_OBJ) << 6 | this.#groupClass.perm << 3 |
      this.#perm(OTHER);
  }

  /** Returns the list after chmod(2). */
  withMode(mode: number): Acl {
    const group = this.#groupClass;
    return new Acl(this.#entries.map((entry) => {
      const perm = entry === group
        ? mode >> 3 & 7
        : entry.tag === USER_OBJ
        ? mode >> 6 & 7
        : entry.tag === OTHER
        ? mode & 7
        : entry.perm;
      return { ...entry, perm };
    }));
  }

  /** Returns the list that a new file inherits if it is created with `mode`. */
  inherit(mode: number): Acl {
    return this.withMode(mode & this.mode);
  }

  /** The entry that the mode's group bits stand for: the mask, if any. */
  get #groupClass(): Entry {
    return this.#entries.find(({ tag }) => tag === MASK) ??
      this.#entries.find(({ tag }) => tag === GROUP_OBJ)!;
  }

  #perm(tag: number): number {
    return this.#entries.find((entry) => entry.tag === tag)!.perm;
  }
}

/** Returns `mode` with its permission bits replaced. */
export function withPermissions(mode: number, permissions: number): number {
  return mode & ~PERMISSIONS | permissions;
}

/** Whether a list is sorted, complete and free of duplicates. */
function isValid(entries: readonly Entry[]): boolean {
  const tags = entries.map(({ tag }) => tag);
  const count = (tag: number): number => tags.filter((it) => it === tag).length;
  const isSorted = tags.every((tag, i) => i === 0 || tags[i - 1]! <= tag);
  const once = [USER_OBJ, GROUP_OBJ, OTHER].every((tag) => count(tag) === 1);
  const named = count(USER) + count(GROUP);
  return isSorted && once && count(MASK) <= 1 &&
    (named === 0 || count(MASK) === 1) &&
    entries.length === 3 + named + count(MASK) &&
    entries.every(({ perm }) => perm <= 7);
}

function invalid(): SyscallError {
  return new SyscallError("setxattr", EINVAL);
}
