/**
 * Block devices for tests: losetup(8).
 *
 * @module
 */

import { output } from "./client.ts";
import { canMount, hasProgram } from "./platform.ts";

/** Whether the kernel makes block devices of files. */
export const hasLoopDevices = canMount && hasProgram("losetup") &&
  new Deno.Command("losetup", { args: ["--find"], stderr: "null" })
    .outputSync().success;

/** Calls `body` with the path of an empty block device of 1 MiB. */
export async function withLoopDevice(
  dir: string,
  body: (path: string) => Promise<void>,
): Promise<void> {
  const image = `${dir}/image`;
  await Deno.writeFile(image, new Uint8Array(1 << 20));
  const device = (await output("losetup", "--find", "--show", image)).trim();
  try {
    await body(device);
  } finally {
    await output("losetup", "--detach", device);
  }
}
