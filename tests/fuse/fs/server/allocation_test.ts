import { assertEquals, assertLess } from "@std/assert";
import {
  FUSE_IN_HEADER,
  FUSE_READ_IN,
  FUSE_WRITE_IN,
} from "../../../../fuse/abi/structs.ts";
import type { Channel } from "../../../../fuse/channel/channel.ts";
import type { Frame } from "../../../../fuse/message/frame.ts";
import { Conn } from "../../../../fuse/conn/conn.ts";
import * as op from "../../../../fuse/abi/constants.ts";
import { serve } from "../../../../fuse/fs/mod.ts";
import { heapAfterCollection } from "../../../_support/garbage.ts";
import { directory, file, fsOf } from "../../../_support/nodes.ts";
import { isQemu } from "../../../_support/platform.ts";

const { offset: IN, size: HEADER } = FUSE_IN_HEADER;

/** Returns a request about a node. */
function request(opcode: number, node: number, body: Uint8Array) {
  const bytes = new Uint8Array(HEADER + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(IN.len, bytes.length, true);
  view.setUint32(IN.opcode, opcode, true);
  view.setUint32(IN.nodeid, node, true);
  bytes.set(body, HEADER);
  return bytes;
}

/** Returns the body of a READ or WRITE of the first open file. */
function transfer(
  { size: length, offset }: typeof FUSE_READ_IN | typeof FUSE_WRITE_IN,
  size: number,
  data = 0,
): Uint8Array {
  const body = new Uint8Array(length + data);
  const view = new DataView(body.buffer);
  view.setUint32(offset.fh, 1, true);
  view.setUint32(offset.size, size, true);
  return body;
}

const NAME = new TextEncoder().encode("f\0");
/** The node that the lookup finds is the second. */
const REQUESTS: Record<string, Uint8Array<ArrayBuffer>> = {
  LOOKUP: request(op.FUSE_LOOKUP, 1, NAME),
  OPEN: request(op.FUSE_OPEN, 2, new Uint8Array(8)),
  GETATTR: request(op.FUSE_GETATTR, 2, new Uint8Array(16)),
  READ: request(op.FUSE_READ, 2, transfer(FUSE_READ_IN, 4096)),
  WRITE: request(op.FUSE_WRITE, 2, transfer(FUSE_WRITE_IN, 4096, 4096)),
};

/** Hands out one request again and again. */
class Repeater implements Channel {
  readonly isNotifying = false;
  errors = 0;
  #request = new Uint8Array(0);
  #left = 0;
  #isOver = false;
  #wake = Promise.withResolvers<void>();
  #done = Promise.withResolvers<void>();

  /** Fulfilled when a request has been answered so often. */
  repeat(request: Uint8Array<ArrayBuffer>, times: number): Promise<void> {
    this.#request = request;
    this.#left = times;
    this.#done = Promise.withResolvers();
    this.#wake.resolve();
    return this.#done.promise;
  }

  read(frame: Frame): boolean | undefined {
    if (this.#left === 0) return this.#isOver ? undefined : false;
    frame.bytes.set(this.#request);
    frame.length = this.#request.length;
    return true;
  }

  write({ errno }: { errno: number }): boolean {
    if (errno !== 0) this.errors++;
    if (--this.#left === 0) this.#done.resolve();
    return true;
  }

  isUnmounted = () => this.#isOver;
  notify = () => Promise.resolve(0);
  notified = () => Promise.resolve();

  async wait(): Promise<void> {
    await this.#wake.promise;
    this.#wake = Promise.withResolvers();
  }

  close(): Promise<void> {
    this.#isOver = true;
    this.#wake.resolve();
    return Promise.resolve();
  }
}

// What V8 allocates does not depend on the CPU, and collections are slow under
// emulation.
Deno.test("Requests answered at once leave next to no garbage", {
  ignore: isQemu,
}, async () => {
  const TIMES = 20_000;
  const f = file("", {
    readAll: undefined!,
    read: (_request, response) => void (response.length = 4096),
    write: () => {},
  });
  const channel = new Repeater();
  const conn = new Conn(channel, {
    ...{ id: 0, mountpoint: "", device: "fake", type: "fuse" },
    ...{ source: "", options: "" },
  }, {});
  const server = serve(conn, fsOf(directory({ f }, { lookup: () => f })));
  await channel.repeat(REQUESTS.LOOKUP!, 1);
  await channel.repeat(REQUESTS.OPEN!, 1);
  for (const name of ["LOOKUP", "GETATTR", "READ", "WRITE"]) {
    const again = () => channel.repeat(REQUESTS[name]!, TIMES);
    // Until the code is compiled, it makes garbage of its own.
    await again();
    await again();
    const before = heapAfterCollection();
    await again();
    const each = (Deno.memoryUsage().heapUsed - before) / TIMES;
    // A promise and its closures take more. The name of a LOOKUP is a string.
    assertLess(each, name === "LOOKUP" ? 200 : 100, name);
  }
  assertEquals(channel.errors, 0);
  await server.close();
});
