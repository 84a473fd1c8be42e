import { assertEquals, assertThrows } from "@std/assert";
import { type IoctlRequest, IoctlResponse } from "../../../fuse/mod.ts";
import { assertBytes, bytesOf } from "../_dump.ts";
import { header, replyTo, replyWith, requestFor, Sink } from "./_sink.ts";

Deno.test("IoctlResponse is struct fuse_ioctl_out and the data", () => {
  const response = new IoctlResponse();
  response.result = -2;
  response.data = bytesOf("00ff0a");
  const reply = replyWith("IOCTL", response);
  assertBytes(
    reply,
    `
    ${header("23000000")}
    feffffff          result
    00000000          flags
    00000000          in_iovs
    00000000          out_iovs
    00ff0a            the data
  `,
  );
});

Deno.test("IoctlRequest.respond() refuses more data than there is room for", () => {
  const sink = new Sink();
  const request = requestFor("IOCTL", sink) as IoctlRequest;
  const response = new IoctlResponse();
  response.data = new Uint8Array(5);
  assertThrows(
    () => request.respond(response),
    RangeError,
    "5 bytes: at most 4",
  );
  assertEquals(sink.replies, []);
  response.data = new Uint8Array(4);
  request.respond(response);
  assertEquals(sink.replies.length, 1);
});

const UNRESTRICTED = "IOCTL that is unrestricted, by a 32-bit program";

Deno.test("IoctlRequest.respondRetry() is struct fuse_ioctl_out and iovecs", () => {
  const reply = replyTo<IoctlRequest>(
    UNRESTRICTED,
    (request) =>
      request.respondRetry(
        [{ base: 0xffff_def0n, length: 16 }, { base: 1n, length: 0 }],
        [{ base: 0xf000_0000_0000_0001n, length: 2 ** 32 + 1 }],
      ),
  );
  assertBytes(
    reply,
    `
    ${header("50000000")}
    00000000          result
    04000000          flags: FUSE_IOCTL_RETRY
    02000000          in_iovs
    01000000          out_iovs
    f0deffff00000000  base
    1000000000000000  len
    0100000000000000  base
    0000000000000000  len
    01000000000000f0  base
    0100000001000000  len
  `,
  );
});

Deno.test("IoctlRequest.respondRetry() refuses what the kernel would", () => {
  const sink = new Sink();
  const area = { base: 4096n, length: 1 };
  const restricted = requestFor("IOCTL", sink) as IoctlRequest;
  assertThrows(() => restricted.respondRetry([area], []), Error, "restricted");
  const request = requestFor(UNRESTRICTED, sink) as IoctlRequest;
  const areas = new Array(256).fill(area);
  assertThrows(() => request.respondRetry(areas, [area]), RangeError, "256");
  assertEquals(sink.replies, []);
  request.respondRetry([], areas);
  assertEquals(sink.replies[0]!.length, 16 + 16 + 256 * 16);
});
