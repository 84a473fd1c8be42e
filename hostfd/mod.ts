/**
 * Input and output with file descriptors of the host: vectored transfers,
 * descriptors that close with their scope, and descriptors passed from process
 * to process.
 *
 * Needs `--allow-ffi` at the first call; importing needs nothing. Transfers
 * work on Linux and macOS; sockets, pipes and all functions marked "Linux only"
 * work on Linux.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { HostFd } from "@hostkit/hostkit/hostfd";
 * import { memfdCreate } from "@hostkit/hostkit/posix";
 * import { Block, BlockSeq } from "@hostkit/hostkit/safemem";
 *
 * using file = new HostFd(memfdCreate("records", 0));
 * const [header, body] = [new Uint8Array([1, 2]), new Uint8Array([3, 4, 5])];
 * const record = BlockSeq.from([header, body].map(Block.of));
 * assert.equal(file.writeSync(record, 100), 5);
 * assert.equal(file.readSync(record, 101), 4);
 * assert.deepEqual(header, new Uint8Array([2, 3]));
 * ```
 *
 * @module
 */

export type {
  Block,
  BlockSeq,
  Reader,
  Writer,
} from "../usermem/safemem/mod.ts";
export * from "./constants_poll.ts";
export * from "./constants_socket.ts";
export * from "./constants_splice.ts";
export * from "./constants_uio.ts";
export { copyFileRange } from "./copy_file_range.ts";
export {
  EFD_CLOEXEC,
  EFD_NONBLOCK,
  EFD_SEMAPHORE,
  eventfd,
  eventfdRead,
  eventfdWrite,
} from "./eventfd.ts";
export { type FdSource, HostFd } from "./host_fd.ts";
export { recvFds, sendFds } from "./pass_fds.ts";
export { pipe } from "./pipe.ts";
export { poll, pollAsync, type PollOptions, type PollRequest } from "./poll.ts";
export { preadv2, pwritev2 } from "./preadv2.ts";
export {
  getReadWriterAt,
  putReadWriterAt,
  ReadWriterAt,
} from "./read_writer_at.ts";
export { ReceivedMessage, type ReceiveOptions, recvmsg } from "./recvmsg.ts";
export { sendmsg, type SendOptions } from "./sendmsg.ts";
export { socket } from "./socket.ts";
export { splice } from "./splice.ts";
export { accept, connectUnix, listenUnix, socketpair } from "./unix_socket.ts";
