/**
 * The parts of file systems by paths that the other folders use and that are
 * not public.
 *
 * @module
 */

export { joined } from "./entry.ts";
export { isSmall } from "./is_small.ts";
export { timeNs } from "./stat.ts";
