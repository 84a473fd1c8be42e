/**
 * The parts of memory blocks that the other folders use and that are not
 * public.
 *
 * @module
 */

export { checkUint32 } from "./atomics.ts";
export { allocateUpTo, MAX_RW_COUNT, readAvailable } from "./room.ts";
