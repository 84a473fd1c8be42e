/**
 * The mount table of this process, and the paths of mount points.
 *
 * @module
 */

export {
  type AtimeMode,
  atimeMode,
  findMount,
  listMounts,
} from "./mount_info.ts";
export { checkMountOptions } from "./mount_options.ts";
export { refuseServed } from "./refuse_served.ts";
export { mountpointPath, resolveMountpoint } from "./resolve.ts";
export { fuseMountOn } from "./unmount.ts";
