/**
 * Serving a file system from Workers.
 *
 * @module
 */

export {
  ModuleSession,
  mountModule,
  type WorkersOptions,
} from "./mount_module.ts";
