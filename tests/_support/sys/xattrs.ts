/**
 * Extended attributes, as attr(5) says.
 *
 * @module
 */

import { cString, decodeBytes } from "../../../ffi/c_string.ts";
import { bytesOf, latin1 } from "./descriptors.ts";
import { c, done, doneLater } from "./libc.ts";

export const XATTR_CREATE = 1;
export const XATTR_REPLACE = 2;

/** `setxattr(path, name, value, size, flags)`. */
export function setxattr(
  path: string,
  name: string,
  value: string | Uint8Array,
  flags = 0,
): void {
  const bytes = bytesOf(value) as Uint8Array<ArrayBuffer>;
  const size = BigInt(bytes.length);
  const [file, key] = [cString(path), cString(name)];
  done("setxattr", c().setxattr(file, key, bytes, size, flags));
}

/** The same on a thread of its own. */
export async function setxattrLater(
  path: string,
  name: string,
  value: string | Uint8Array,
): Promise<void> {
  const bytes = bytesOf(value) as Uint8Array<ArrayBuffer>;
  const size = BigInt(bytes.length);
  const [file, key] = [cString(path), cString(name)];
  await doneLater("setxattr", c().setxattrAsync(file, key, bytes, size, 0));
}

/** `getxattr(path, name, value, size)`: the bytes as characters. */
export function getxattr(path: string, name: string, size = 65536): string {
  const bytes = new Uint8Array(size);
  const [file, key] = [cString(path), cString(name)];
  const n = done("getxattr", c().getxattr(file, key, bytes, BigInt(size)));
  return latin1(bytes.subarray(0, n));
}

/** How many bytes `getxattr(path, name, value, size)` says there are. */
export function getxattrSize(path: string, name: string, size: number): number {
  const bytes = new Uint8Array(Math.max(size, 1));
  const [file, key] = [cString(path), cString(name)];
  return done("getxattr", c().getxattr(file, key, bytes, BigInt(size)));
}

/** `listxattr(path, list, size)`. */
export function listxattr(path: string, size = 65536): string[] {
  const bytes = new Uint8Array(size);
  const n = done(
    "listxattr",
    c().listxattr(cString(path), bytes, BigInt(size)),
  );
  return namesIn(bytes.subarray(0, n));
}

/** How many bytes `listxattr(path, list, size)` says there are. */
export function listxattrSize(path: string, size: number): number {
  const bytes = new Uint8Array(Math.max(size, 1));
  const n = c().listxattr(cString(path), bytes, BigInt(size));
  return done("listxattr", n);
}

/** `removexattr(path, name)`. */
export function removexattr(path: string, name: string): void {
  done("removexattr", c().removexattr(cString(path), cString(name)));
}

/** `lsetxattr(path, name, value, size, flags)`. */
export function lsetxattr(
  path: string,
  name: string,
  value: string | Uint8Array,
  flags = 0,
): void {
  const bytes = bytesOf(value) as Uint8Array<ArrayBuffer>;
  const size = BigInt(bytes.length);
  const [file, key] = [cString(path), cString(name)];
  done("lsetxattr", c().lsetxattr(file, key, bytes, size, flags));
}

/** `lgetxattr(path, name, value, size)`. */
export function lgetxattr(path: string, name: string): string {
  const bytes = new Uint8Array(65536);
  const [file, key] = [cString(path), cString(name)];
  const n = c().lgetxattr(file, key, bytes, BigInt(bytes.length));
  return latin1(bytes.subarray(0, done("lgetxattr", n)));
}

/** `llistxattr(path, list, size)`. */
export function llistxattr(path: string): string[] {
  const bytes = new Uint8Array(65536);
  const n = c().llistxattr(cString(path), bytes, BigInt(bytes.length));
  return namesIn(bytes.subarray(0, done("llistxattr", n)));
}

/** `fsetxattr(fd, name, value, size, 0)`. */
export function fsetxattr(
  fd: number,
  name: string,
  value: string | Uint8Array,
): void {
  const bytes = bytesOf(value) as Uint8Array<ArrayBuffer>;
  const size = BigInt(bytes.length);
  done("fsetxattr", c().fsetxattr(fd, cString(name), bytes, size, 0));
}

/** `fgetxattr(fd, name, value, size)`. */
export function fgetxattr(fd: number, name: string): string {
  const bytes = new Uint8Array(65536);
  const n = c().fgetxattr(fd, cString(name), bytes, BigInt(bytes.length));
  return latin1(bytes.subarray(0, done("fgetxattr", n)));
}

/** `flistxattr(fd, list, size)`. */
export function flistxattr(fd: number): string[] {
  const bytes = new Uint8Array(65536);
  const n = c().flistxattr(fd, bytes, BigInt(bytes.length));
  return namesIn(bytes.subarray(0, done("flistxattr", n)));
}

function namesIn(list: Uint8Array): string[] {
  return decodeBytes(list).split("\0").slice(0, -1);
}

/** Calls `set`, and returns whether the file system has such attributes. */
export function areSupported(set: () => void): boolean {
  try {
    set();
  } catch (error) {
    // After any other error the tests run, and fail.
    return (error as { code?: string }).code !== "EOPNOTSUPP";
  }
  return true;
}

/** Returns whether temporary files may have attributes of users. */
export function haveTempFilesXattrs(): boolean {
  const path = Deno.makeTempFileSync();
  try {
    return areSupported(() => setxattr(path, "user.a", new Uint8Array(1)));
  } finally {
    Deno.removeSync(path);
  }
}
