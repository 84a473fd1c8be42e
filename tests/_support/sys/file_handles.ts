/**
 * Files by handles instead of names.
 *
 * @module
 */

import { cString } from "../../../ffi/c_string.ts";
import { O_CLOEXEC } from "../../../posix/constants_fcntl.ts";
import { AT_FDCWD, own } from "./descriptors.ts";
import { c, done } from "./libc.ts";

/** linux/exportfs.h */
const MAX_HANDLE_SZ = 128;
/** `struct file_handle`: two numbers of 32 bits, and as many bytes. */
const HEAD = 8;

/** `name_to_handle_at(AT_FDCWD, path, …)`. */
export function nameToHandle(path: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(new ArrayBuffer(HEAD + MAX_HANDLE_SZ));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAX_HANDLE_SZ, true);
  const mount = new Uint8Array(new ArrayBuffer(4));
  const name = cString(path);
  done(
    "name_to_handle_at",
    c().name_to_handle_at(AT_FDCWD, name, bytes, mount, 0),
  );
  return bytes.slice(0, HEAD + view.getUint32(0, true));
}

/** `open_by_handle_at(mountFd, handle, flags)`. */
export function openByHandle(
  mountFd: number,
  handle: Uint8Array<ArrayBuffer>,
  flags: number,
): number {
  const fd = c().open_by_handle_at(mountFd, handle, flags | O_CLOEXEC);
  return own(done("open_by_handle_at", fd));
}
