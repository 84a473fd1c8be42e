import { HostFd } from "../../../hostfd/mod.ts";
import { Ring } from "../../../hostfd/uring/mod.ts";
import { O_CREAT, O_RDWR } from "../../../posix/mod.ts";

/** Starts many writes of a page each at once; returns how much each wrote. */
export async function writeAtOnce(
  path: string,
  count: number,
): Promise<number[]> {
  await using ring = new Ring();
  using file = HostFd.open(path, O_CREAT | O_RDWR);
  return await Promise.all(
    Array.from(
      { length: count },
      (_, i) => ring.write(file.fd, new Uint8Array(4096).fill(i), i * 4096),
    ),
  );
}
