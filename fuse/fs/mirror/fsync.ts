import { asyncErrno, linuxLibc } from "../../../ffi/internal.ts";
import { SyscallError } from "../../../ffi/mod.ts";
import { FUSE_FSYNC_FDATASYNC } from "../../abi/mod.ts";

/** Calls fsync(2), or fdatasync(2) by a flag, on another thread. */
export async function fsync(fd: number, flags: number): Promise<void> {
  const { fsyncAsync, fdatasyncAsync } = linuxLibc();
  const isData = (flags & FUSE_FSYNC_FDATASYNC) !== 0;
  const result = await (isData ? fdatasyncAsync(fd) : fsyncAsync(fd));
  if (result < 0) throw new SyscallError("fsync", asyncErrno(result));
}
