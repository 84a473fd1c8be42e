import { main } from "../../cli/main.ts";
import type { Outcome } from "../_support/client.ts";
import { withPrinted } from "./with_printed.ts";

/**
 * Calls what the `hostkit` command calls, in this process: as good as a process
 * of its own where nothing is mounted, and much faster.
 */
export async function callMain(...args: string[]): Promise<Outcome> {
  let code = 0;
  let stdout = "";
  const stderr = await withPrinted(async () => {
    stdout = await withPrinted(async () => {
      code = await main(args);
    });
  }, Deno.stderr);
  return { code, stdout, stderr };
}
