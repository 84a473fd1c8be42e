import { assertEquals } from "@std/assert";
import { OpenRequest } from "../../../../fuse/mod.ts";
import { Expected } from "../../../../fuse/fs/source/retries.ts";

/** Returns a request of a thread. */
function requestOf(pid: number, id: number): OpenRequest {
  const request = new OpenRequest();
  request.header.pid = pid;
  request.header._unique.lo = id;
  return request;
}

Deno.test("A request is expected as often as it asks, the next one is not", () => {
  const expected = new Expected();
  const first = requestOf(1, 2);
  expected.add(first);
  assertEquals(
    [first, first, requestOf(1, 4), first, requestOf(2, 6), undefined].map(
      (request) => expected.take(request),
    ),
    [true, true, false, true, false, false],
  );
  expected.add(first);
  assertEquals(expected.take(requestOf(1, 8)), true);
});
