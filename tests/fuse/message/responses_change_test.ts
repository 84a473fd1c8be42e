import { assertEquals, assertThrows } from "@std/assert";
import {
  BmapResponse,
  CopyFileRangeResponse,
  CreateResponse,
  F_RDLCK,
  FOPEN_KEEP_CACHE,
  FOPEN_PASSTHROUGH,
  LookupResponse,
  LseekResponse,
  MkdirResponse,
  OpenResponse,
  POLLHUP,
  POLLIN,
  type PollRequest,
  PollResponse,
  QueryLockResponse,
  SetattrResponse,
  SymlinkResponse,
  WriteResponse,
} from "../../../fuse/mod.ts";
import { assertBytes } from "../_dump.ts";
import { fillAttr, FILLED_ATTR } from "./_filled_attr.ts";
import {
  type Answering,
  header,
  replyWith,
  requestFor,
  Sink,
} from "./_sink.ts";

/** A node with all of its fields set. */
function fillNode<R extends LookupResponse>(response: R): R {
  response.node = 0xfedc_ba98_7654_3210n;
  response.generation = 0xf000_0000_0000_0001n;
  response.entryValidMs = 1500.25;
  response.attr.validMs = 250;
  fillAttr(response.attr);
  return response;
}

/** What {@linkcode fillNode} sets, as `struct fuse_entry_out`. */
const NODE = `
  1032547698badcfe  nodeid
  01000000000000f0  generation
  0100000000000000  entry_valid
  0000000000000000  attr_valid
  9035d11d          entry_valid_nsec: 500250000
  80b2e60e          attr_valid_nsec: 250000000
  ${FILLED_ATTR}
`;

Deno.test("SetattrResponse is struct fuse_attr_out", () => {
  const response = new SetattrResponse();
  response.attr.validMs = 250;
  fillAttr(response.attr);
  const reply = replyWith("SETATTR of everything", response);
  assertBytes(
    reply,
    `
    ${header("78000000")}
    0000000000000000  attr_valid
    80b2e60e          attr_valid_nsec: 250000000
    00000000          dummy
    ${FILLED_ATTR}
  `,
  );
});

const NEW_NODES: [title: string, type: new () => LookupResponse][] = [
  ["SYMLINK", SymlinkResponse],
  ["MKNOD", LookupResponse],
  ["MKDIR", MkdirResponse],
  ["LINK", LookupResponse],
];

for (const [title, type] of NEW_NODES) {
  Deno.test(`${title} is answered with struct fuse_entry_out`, () => {
    const reply = replyWith(title, fillNode(new type()));
    assertBytes(reply, `${header("90000000")}\n${NODE}`);
  });
}

for (const title of ["CREATE", "TMPFILE with no security context"]) {
  Deno.test(`${title} is answered with a node and an open file`, () => {
    const response = fillNode(new CreateResponse());
    response.handle = 0x8000_0000_0000_0007n;
    response.flags = FOPEN_KEEP_CACHE | FOPEN_PASSTHROUGH;
    response.backingId = 0x0102_0304;
    const reply = replyWith(title, response);
    assertBytes(
      reply,
      `
      ${header("a0000000")}
      ${NODE}
      0700000000000080  fh
      82000000          open_flags
      04030201          backing_id
    `,
    );
  });
}

Deno.test("OpenResponse.backingId is the backing file of struct fuse_open_out", () => {
  const response = new OpenResponse();
  response.flags = FOPEN_PASSTHROUGH;
  response.backingId = 7;
  const reply = replyWith("OPEN", response);
  assertBytes(
    reply,
    `
    ${header("20000000")}
    0000000000000000  fh
    80000000          open_flags
    07000000          backing_id
  `,
  );
});

for (const size of [0, 1, 5]) {
  Deno.test(`WriteResponse of ${size} is struct fuse_write_out`, () => {
    const response = new WriteResponse();
    response.size = size;
    const reply = replyWith("WRITE", response);
    assertBytes(
      reply,
      `
      ${header("18000000")}
      0${size}000000          size
      00000000          padding
    `,
    );
  });
}

for (const size of [6, -1, 0.5, NaN, 2 ** 32]) {
  Deno.test(`WriteRequest.respond() refuses ${size} of 5 bytes`, () => {
    const sink = new Sink();
    const request = requestFor("WRITE", sink) as Answering<WriteResponse>;
    const response = new WriteResponse();
    response.size = size;
    assertThrows(() => request.respond(response), RangeError, `${size} of 5`);
    assertEquals(sink.replies, []);
    request.respondError(new Error());
  });
}

Deno.test("QueryLockResponse is struct fuse_lk_out", () => {
  const response = new QueryLockResponse();
  response.lock = {
    start: 0x4000_0000_0000_0001n,
    end: 2n ** 63n - 1n,
    type: F_RDLCK,
    pid: -1,
  };
  const reply = replyWith("GETLK", response);
  assertBytes(
    reply,
    `
    ${header("28000000")}
    0100000000000040  start
    ffffffffffffff7f  end
    00000000          type
    ffffffff          pid
  `,
  );
});

Deno.test("QueryLockResponse says at first that no lock is in the way", () => {
  const reply = replyWith("GETLK", new QueryLockResponse());
  assertBytes(
    reply,
    `
    ${header("28000000")}
    00*16             start, end
    02000000          type: F_UNLCK
    00000000          pid
  `,
  );
});

Deno.test("BmapResponse is struct fuse_bmap_out", () => {
  const response = new BmapResponse();
  response.block = 0x8000_0000_0000_0001n;
  const reply = replyWith("BMAP", response);
  assertBytes(reply, `${header("18000000")}\n0100000000000080 block`);
});

Deno.test("PollResponse is struct fuse_poll_out", () => {
  const response = new PollResponse();
  response.revents = POLLIN | POLLHUP | 0x8000_0000;
  const reply = replyWith("POLL", response);
  assertBytes(
    reply,
    `
    ${header("18000000")}
    11000080          revents
    00000000          padding
  `,
  );
});

Deno.test("PollRequest.wakeup() is there only for a caller who waits", () => {
  const request = requestFor("POLL", new Sink()) as PollRequest;
  const { kernelHandle } = request.wakeup()!;
  assertEquals(kernelHandle, 0xf122_3344_5566_7788n);
  assertEquals(`${request.wakeup()}`, "kh=0xf122334455667788");
  assertEquals(
    JSON.stringify(request.wakeup()),
    '"17375506680932366216"',
  );
  request.flags = 0;
  assertEquals(request.wakeup(), undefined);
});

const OFFSETS: [offset: number | bigint, hex: string][] = [
  [0, "0000000000000000"],
  [Number.MAX_SAFE_INTEGER, "ffffffffffff1f00"],
  [2n ** 53n + 1n, "0100000000002000"],
  [2n ** 63n - 1n, "ffffffffffffff7f"],
];

for (const [offset, hex] of OFFSETS) {
  Deno.test(`LseekResponse of ${offset} is struct fuse_lseek_out`, () => {
    const response = new LseekResponse();
    response.offset = offset;
    const reply = replyWith("LSEEK", response);
    assertBytes(reply, `${header("18000000")}\n${hex} offset`);
  });

  Deno.test(`COPY_FILE_RANGE_64 answers ${offset} in 64 bits`, () => {
    const response = new CopyFileRangeResponse();
    response.size = offset;
    const reply = replyWith("COPY_FILE_RANGE_64", response);
    assertBytes(reply, `${header("18000000")}\n${hex} bytes_copied`);
  });
}

for (const offset of [-1, 0.5, NaN, 2 ** 53, -Infinity]) {
  Deno.test(`LseekRequest.respond() refuses ${offset}`, () => {
    const sink = new Sink();
    const request = requestFor("LSEEK", sink) as Answering<LseekResponse>;
    const response = new LseekResponse();
    response.offset = offset;
    assertThrows(() => request.respond(response), RangeError);
    assertEquals(sink.replies, []);
  });
}

for (const size of [0xffff_f000, 0xffff_f000n]) {
  Deno.test(`COPY_FILE_RANGE answers the ${typeof size} ${size} in 32 bits`, () => {
    const response = new CopyFileRangeResponse();
    response.size = size;
    const reply = replyWith("COPY_FILE_RANGE", response);
    assertBytes(
      reply,
      `
      ${header("18000000")}
      00f0ffff          size
      00000000          padding
    `,
    );
  });
}

for (const size of [2 ** 32, 2n ** 32n, -1, -1n, 0.5]) {
  Deno.test(`CopyFileRangeRequest.respond() refuses ${typeof size} ${size}`, () => {
    const sink = new Sink();
    const title = "COPY_FILE_RANGE";
    const request = requestFor(title, sink) as Answering<CopyFileRangeResponse>;
    const response = new CopyFileRangeResponse();
    response.size = size;
    assertThrows(() => request.respond(response), RangeError);
    assertEquals(sink.replies, []);
  });
}
