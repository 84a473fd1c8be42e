import { SyscallError } from "../../../ffi/mod.ts";
import { ENOENT } from "../../../posix/mod.ts";
import type { NodeFileHandle, NodeFS } from "./interface.ts";

const BIGINT = { bigint: true } as const;

/**
 * Opens an open file once more through `/proc/self/fd`, whatever its name is
 * now, if its handle has a file descriptor of the host.
 */
export async function openAgain(
  fs: NodeFS,
  handle: NodeFileHandle,
  flags: number,
): Promise<NodeFileHandle> {
  const refusal = new SyscallError("open", ENOENT);
  if (handle.fd === undefined) throw refusal;
  const again = await fs.open!(`/proc/self/fd/${handle.fd}`, flags);
  const [a, b] = [await handle.stat?.(BIGINT), await again.stat?.(BIGINT)];
  if (a && b && a.ino === b.ino && a.dev === b.dev) return again;
  await again.close();
  throw refusal;
}
