/**
 * The `hostkit` command.
 *
 * ```sh
 * deno install --global --allow-all --name hostkit jsr:@hostkit/hostkit/cli
 * hostkit mount mirror /usr/share /mnt --read-only
 * ```
 *
 * @module
 */

import { main } from "./main.ts";
import { warn } from "./output.ts";

export { main };

if (import.meta.main) {
  // The event loop is idle although the command has not ended: a promise of the
  // module's file system will never settle.
  addEventListener("beforeunload", () => {
    warn(
      "a promise of the file system can never settle: no work is left to wait for",
    );
    Deno.exit(1);
  });
  main(Deno.args).then(Deno.exit);
}
