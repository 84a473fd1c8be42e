import { encodeBytes } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import {
  E2BIG,
  EEXIST,
  EINVAL,
  ENODATA,
  ENOSPC,
  EOPNOTSUPP,
  ERANGE,
} from "../../../posix/mod.ts";
import { XATTR_CREATE, XATTR_REPLACE } from "../../abi/mod.ts";
import { ACL_ACCESS, ACL_DEFAULT } from "./acl.ts";
import { PAGE, type PosixVolume } from "./volume.ts";

// linux/limits.h
const XATTR_NAME_MAX = 255;
const XATTR_SIZE_MAX = 65536;
const XATTR_LIST_MAX = 65536;

const NAMESPACES = ["user.", "trusted.", "security."];

/**
 * Refuses names that no extended attribute can have.
 *
 * @throws {SyscallError} EOPNOTSUPP for an unknown namespace, EINVAL for a
 * namespace without a name in it, ERANGE for a name that is too long.
 */
export function checkXattrName(name: string): void {
  if (name === ACL_ACCESS || name === ACL_DEFAULT) return;
  const namespace = NAMESPACES.find((prefix) => name.startsWith(prefix));
  if (namespace === undefined) throw new SyscallError("xattr", EOPNOTSUPP);
  if (name === namespace) throw new SyscallError("xattr", EINVAL);
  if (lengthOf(name) > XATTR_NAME_MAX) throw new SyscallError("xattr", ERANGE);
}

/** The extended attributes of one node. */
export class Xattrs {
  readonly #volume: PosixVolume;
  readonly #values = new Map<string, Uint8Array<ArrayBuffer>>();
  /** The length in bytes of the list of names. */
  #listSize = 0;
  /** The length in bytes of all values. */
  #size = 0;
  /** The pages counted for names and values; the first 4 KiB are free. */
  #pages = 0;

  /** Starts with saved attributes, which are counted already, or with none. */
  constructor(
    volume: PosixVolume,
    saved: Iterable<readonly [string, Uint8Array<ArrayBuffer>]> = [],
  ) {
    this.#volume = volume;
    for (const [name, value] of saved) {
      this.#values.set(name, value);
      this.#listSize += lengthOf(name) + 1;
      this.#size += value.length;
    }
    this.#pages = pagesOf(this.#listSize + this.#size);
  }

  /** Returns the value of an attribute. */
  get(name: string): Uint8Array<ArrayBuffer> | undefined {
    return this.#values.get(name);
  }

  /** The number of attributes. */
  get count(): number {
    return this.#values.size;
  }

  /** The length in bytes of all names and values. */
  get memory(): number {
    return this.#listSize + this.#size;
  }

  /** Returns all attributes. */
  entries(): Iterable<[name: string, value: Uint8Array<ArrayBuffer>]> {
    return this.#values;
  }

  /** Returns the names of all attributes. */
  names(): Iterable<string> {
    return this.#values.keys();
  }

  /** Sets an attribute to a copy of a value, as setxattr(2) does. */
  set(name: string, value: Uint8Array, flags = 0): void {
    const old = this.#values.get(name);
    if (flags & XATTR_CREATE && old !== undefined) throw refusal(EEXIST);
    if (flags & XATTR_REPLACE && old === undefined) throw refusal(ENODATA);
    if (value.length > XATTR_SIZE_MAX) throw refusal(E2BIG);
    const added = old === undefined ? lengthOf(name) + 1 : 0;
    if (this.#listSize + added > XATTR_LIST_MAX) throw refusal(ENOSPC);
    const more = value.length - (old?.length ?? 0);
    this.#count(this.#listSize + added, this.#size + more);
    this.#volume.addUnsaved(added + value.length);
    this.#values.set(name, new Uint8Array(value));
  }

  /** Removes an attribute; returns whether there was one. */
  remove(name: string): boolean {
    const old = this.#values.get(name);
    if (old === undefined) return false;
    this.#values.delete(name);
    const listSize = this.#listSize - lengthOf(name) - 1;
    this.#count(listSize, this.#size - old.length);
    return true;
  }

  /** Releases the pages that the attributes count for. */
  free(): void {
    this.#count(0, 0);
  }

  #count(listSize: number, size: number): void {
    const pages = pagesOf(listSize + size);
    this.#volume.takePages(pages - this.#pages);
    this.#pages = pages;
    this.#listSize = listSize;
    this.#size = size;
  }
}

function pagesOf(bytes: number): number {
  return Math.floor(bytes / PAGE);
}

function lengthOf(name: string): number {
  return encodeBytes(name).length;
}

function refusal(errno: number): SyscallError {
  return new SyscallError("setxattr", errno);
}
