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
  // The event loop has nothing to do, and the command has not ended: a module
  // has promised what it will never give.
  addEventListener("beforeunload", () => {
    warn(
      "nothing is left to wait for: a promise of the file system never ends",
    );
    Deno.exit(1);
  });
  main(Deno.args).then(Deno.exit);
}
