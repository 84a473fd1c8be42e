/**
 * The constants of the FUSE protocol, its flags and its versions.
 *
 * @module
 */

export * from "./constants.ts";
export * from "./flags.ts";
export * from "./ids.ts";
export { initFlagsString } from "./init_flags.ts";
export { OldVersionError, Protocol } from "./protocol.ts";
export { ProtocolError } from "./protocol_error.ts";
export * from "./setattr_valid.ts";
