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

export { main };

if (import.meta.main) main(Deno.args).then(Deno.exit);
