/**
 * The channels that carry messages: `/dev/fuse` and io_uring.
 *
 * @module
 */

export { type Channel } from "./channel.ts";
export { Device, readSource } from "./device.ts";
export { overIoUring, UringDevice } from "./uring_device.ts";
