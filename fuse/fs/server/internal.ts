/**
 * The parts of the server that Workers, file systems and replays use.
 *
 * @module
 */

export { SHOWN_CALLERS } from "./callers.ts";
export { type RawLister } from "./raw_directory.ts";
export {
  checkServeOptions,
  printError,
  withDefaults,
  withMountDefaults,
} from "./serve_options.ts";
export { Server } from "./server.ts";
export { type OpenHandle } from "./shared_handles.ts";
export { isShared } from "./shared_nodes.ts";
