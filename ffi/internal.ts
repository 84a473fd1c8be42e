/**
 * The parts of the FFI layer that the other folders use: libc, C strings,
 * structures and errno.
 *
 * @module
 */

export { STAT_DARWIN } from "./abi_darwin.ts";
export * from "./abi_linux.ts";
export { cString, decodeBytes, encodeBytes, fromCString } from "./c_string.ts";
export * from "./check.ts";
export {
  checkBits,
  checkCountField,
  checkMs,
  checkU16,
  checkU32,
  checkU64Field,
  unfit,
} from "./check_field.ts";
export { errnoName, errnoNumber, errnoString } from "./errno.ts";
export { ERRNO_DARWIN } from "./errno_darwin.ts";
export { ERRNO_LINUX } from "./errno_linux.ts";
export {
  asyncErrno,
  darwinLibc,
  errno,
  type Libc,
  libc,
  linuxLibc,
} from "./libc.ts";
export { platform } from "./platform.ts";
export { roundUp } from "./round_up.ts";
export { showState } from "./show_state.ts";
export { type Struct, struct } from "./struct.ts";
