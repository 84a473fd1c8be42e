/**
 * Sends back what a socket receives, and says at the end how many bytes that
 * were.
 *
 * @module
 */

/// <reference lib="deno.worker" />

import {
  IORING_OP_READ_FIXED,
  IORING_OP_WRITE_FIXED,
  RawRing,
} from "../../../hostfd/uring/mod.ts";

const RECEIVE = 0;
const SEND = 1;

function serve(fd: number): number {
  let [total, isOver] = [0, false];
  using ring = new RawRing({
    onCompletion(token, n) {
      if (token === SEND) start(RECEIVE, buffer!.length);
      else if (n > 0) start(SEND, n);
      else isOver = true;
      if (token === RECEIVE) total += n;
    },
  });
  const [buffer] = ring.registerBuffers([new Uint8Array(4096)]);
  const start = (token: number, length: number): void => {
    const opcode = token === SEND
      ? IORING_OP_WRITE_FIXED
      : IORING_OP_READ_FIXED;
    const entry = ring.prepare(opcode, fd, token, buffer);
    entry.address = buffer!.address;
    entry.length = length;
    entry.bufferIndex = buffer!.index;
  };
  start(RECEIVE, buffer!.length);
  while (!isOver) ring.submitAndWait();
  return total;
}

self.onmessage = ({ data }: MessageEvent<number>): void => {
  self.postMessage(serve(data));
};
