/**
 * Programs that look into a mount: always other processes, and never without
 * a time limit.
 *
 * @module
 */

import { assertEquals } from "@std/assert";

export { inClient } from "./client_process.ts";
export {
  type Holder,
  holdOpen,
  type Outcome,
  output,
  run,
} from "../../fuse/fs/testing/mod.ts";

/**
 * Runs a program and interrupts it, as Ctrl-C does, once `started` is settled.
 * Fails unless that ends it.
 */
export async function runAndInterrupt(
  started: Promise<unknown>,
  program: string,
  ...args: string[]
): Promise<void> {
  const child = new Deno.Command(program, {
    args,
    stdout: "null",
    stderr: "null",
  }).spawn();
  await started;
  child.kill("SIGINT");
  assertEquals((await child.status).signal, "SIGINT");
}
