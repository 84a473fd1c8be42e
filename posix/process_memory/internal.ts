/**
 * Reading and writing the memory of this process and of others.
 *
 * @module
 */

export { Bounce } from "./bounce.ts";
export {
  addingTransferred,
  checkCount,
  fault,
  hex,
  transferredOf,
  withTransferred,
} from "./errors.ts";
export * from "./memory.ts";
export { ownMemory } from "./own_memory.ts";
export { ProcessVm } from "./process_vm.ts";
