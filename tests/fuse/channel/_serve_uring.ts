/**
 * Serves on a directory over io_uring, until it is killed. Prints whether it
 * really does; with an errno, the kernel refuses to make a ring.
 *
 *     deno run --allow-ffi _serve_uring.ts DIR [ERRNO]
 *
 * @module
 */

import { HelloFS, mountFS } from "../../../fuse/fs/mod.ts";
import { forbid } from "../../_support/forbid.ts";
import { isOverUring } from "../../_support/over_uring.ts";

async function main(dir: string, errno?: string): Promise<void> {
  if (errno !== undefined) forbid(["io_uring_setup"], Number(errno));
  const session = await mountFS(dir, new HelloFS(), { overIoUring: true });
  // deno-lint-ignore no-console -- a program's output
  console.log(isOverUring(session));
  await session.closed;
}

const [dir, errno] = Deno.args;
main(dir!, errno);
