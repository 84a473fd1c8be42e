import type { ServeOptions } from "../server/mod.ts";

const VALID_MS = 1000;

/**
 * How to serve files that others may change meanwhile: the kernel soon asks
 * again for what it knows of them.
 */
export const CHANGING_SOURCE: Readonly<ServeOptions> = {
  entryValidMs: VALID_MS,
  attrValidMs: VALID_MS,
};
