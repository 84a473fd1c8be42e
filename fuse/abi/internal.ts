/**
 * The structures of the FUSE protocol, and the functions that read and write
 * their 64-bit fields.
 *
 * @module
 */

export { PROTOCOL_MIN } from "./protocol.ts";
export * from "./structs.ts";
export {
  getNumber64,
  getTime,
  setNumber64,
  setOffset64,
  setTime,
  U64,
} from "./u64.ts";
export { setValidity } from "./validity.ts";
