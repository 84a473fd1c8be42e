/**
 * What the administrator can set in the kernel.
 *
 * @module
 */

import { errno, linuxLibc } from "../../ffi/libc.ts";
import { SyscallError } from "../../ffi/mod.ts";
import { HostFd } from "../../hostfd/mod.ts";
import { O_RDWR } from "../../posix/mod.ts";

// sys/file.h
const LOCK_EX = 2;

/**
 * Runs `body` with a setting's file as wanted, and puts it back. Whoever else
 * does this waits.
 */
export async function withSetting<T>(
  path: string,
  value: string,
  body: () => Promise<T>,
): Promise<T> {
  using lock = HostFd.open(path, O_RDWR);
  if (linuxLibc().flock(lock.fd, LOCK_EX) < 0) {
    throw new SyscallError("flock", errno(), { path });
  }
  const before = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, value);
  try {
    return await body();
  } finally {
    await Deno.writeTextFile(path, before);
  }
}
