/**
 * Replaying a recorded session against a file system.
 *
 * @module
 */

export { replay } from "./replay.ts";
export {
  type ReplayDifference,
  type ReplayOptions,
  type ReplayReport,
} from "./report.ts";
