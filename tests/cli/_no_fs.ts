/**
 * A module for `hostkit mount` without a file system.
 *
 * @module
 */

export default { root: "no function" };
