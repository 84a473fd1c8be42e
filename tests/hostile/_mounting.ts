/**
 * The fields of the options of mounts and servers.
 *
 * @module
 */

import type { Kind } from "./_values.ts";

type Fields = Readonly<Record<string, Kind>>;

/** The fields of the options of mount(). */
export const MOUNTING: Fields = {
  ...{ maxWrite: "count", maxPages: "count", maxReadahead: "count" },
  ...{ maxBackground: "count", congestionThreshold: "count" },
  ...{ timeGranNs: "count", maxStackDepth: "count", blksize: "count" },
  ...{ requestTimeoutS: "count", maxRead: "count" },
  ...{ fsName: "text", subtype: "text", context: "text" },
  ...{ blockDevice: "text", record: "text" },
  ...{ debug: "callback", readdirplus: "list" },
};

/** The fields of the options of serve(). */
export const SERVING: Fields = {
  ...{ entryValidMs: "ms", attrValidMs: "ms", negativeValidMs: "ms" },
  ...{ drainMs: "ms", onError: "callback", mode: "list" },
};

/** The fields that mount() ignores, with the reason. */
export const UNMOUNTED = { daemonTimeout: "Linux ignores it" };
