import type { ServeOptions } from "../server/mod.ts";

const VALID_MS = 1000;

/**
 * Options for serving files that other programs may change: the kernel trusts
 * names and attributes for one second.
 */
export const CHANGING_SOURCE: Readonly<ServeOptions> = {
  entryValidMs: VALID_MS,
  attrValidMs: VALID_MS,
};
