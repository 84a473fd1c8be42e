/**
 * The parts of the POSIX layer that the other folders use and that are not
 * public.
 *
 * @module
 */

export { SYS_FUTEX } from "./futex.ts";
export { mapPages } from "./mapping.ts";
export { toOffset } from "./offset.ts";
export { readFile, readToEnd } from "./read_file.ts";
export { claim, giveUp, giveUpDropped, isAlone } from "./registry.ts";
export { MAP_FAILED, retire, retireFreed } from "./retired.ts";
export {
  takeNames,
  takeValue,
  XATTR_MAX,
  XATTR_SCRATCH,
} from "./xattr_buffer.ts";
