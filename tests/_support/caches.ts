/**
 * The kernel's caches, which all tests share: who counts what the kernel knows
 * must not run beside who has it forget.
 *
 * @module
 */

import { errno, linuxLibc } from "../../ffi/libc.ts";
import { SyscallError } from "../../ffi/mod.ts";
import { HostFd } from "../../hostfd/mod.ts";
import { O_WRONLY } from "../../posix/mod.ts";
import { canDropCaches } from "./platform.ts";

const PATH = "/proc/sys/vm/drop_caches";
// sys/file.h
const LOCK_SH = 1;
const LOCK_EX = 2;

/**
 * Waits until the caches may be used: by many who leave them alone, or by one
 * who drops them. They are given up when the result is disposed of.
 */
export function useCaches(drops: boolean): Disposable | undefined {
  if (!canDropCaches) return undefined;
  const file = HostFd.open(PATH, O_WRONLY);
  if (linuxLibc().flock(file.fd, drops ? LOCK_EX : LOCK_SH) < 0) {
    const error = new SyscallError("flock", errno(), { path: PATH });
    file.close();
    throw error;
  }
  return file;
}
