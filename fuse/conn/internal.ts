/**
 * The parts of a session that mounts and servers use: the requests in flight,
 * and the mounts that this thread serves.
 *
 * @module
 */

export { hasFeature } from "./has_feature.ts";
export { InFlight } from "./in_flight.ts";
export { type MountWatcher } from "./mounted.ts";
export { isServedHere, servedAbove } from "./served_mounts.ts";
