/**
 * Mounting and unmounting FUSE file systems.
 *
 * @module
 */

export { abort } from "./abort.ts";
export { mount } from "./mount.ts";
export { type MountOptions } from "./mount_options.ts";
export { MountpointDoesNotExistError } from "./resolve.ts";
export { clearDeadMount, unmount, type UnmountOptions } from "./unmount.ts";
