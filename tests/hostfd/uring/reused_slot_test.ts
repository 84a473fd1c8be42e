import { assertEquals } from "@std/assert";
import { POLLIN } from "../../../hostfd/constants_poll.ts";
import { eventfd } from "../../../hostfd/eventfd.ts";
import { Core } from "../../../hostfd/uring/_core.ts";
import {
  IORING_OP_NOP,
  IORING_OP_POLL_ADD,
} from "../../../hostfd/uring/constants_io_uring.ts";
import { checkRingOptions } from "../../../hostfd/uring/ring_options.ts";
import { ECANCELED } from "../../../posix/mod.ts";
import { hasRing } from "./_ring.ts";

/** After so many uses, slot and count together need more than 53 bits. */
const USES = 2 ** 21 + 1;

Deno.test("An operation is cancelled after two million others in its slot", {
  ignore: !hasRing,
}, () => {
  using silent = eventfd();
  const core = new Core(checkRingOptions({ entries: 4 }));
  const results: [number, number][] = [];
  const note = (token: number, result: number) =>
    void results.push([token, result]);
  const poll = (token: number): number => {
    const entry = core
      .prepare(IORING_OP_POLL_ADD, 0, silent.fd, token, undefined);
    entry.opFlags = POLLIN;
    core.queues.submit();
    return entry.id;
  };
  poll(0);
  for (let i = 0; i < USES; i++) {
    core.prepare(IORING_OP_NOP, 0, -1, 1, undefined);
    core.takeBack();
  }
  core.cancel(poll(1));
  while (results.length === 0) {
    core.queues.submit(1);
    core.complete(note);
  }
  assertEquals(results, [[1, -ECANCELED]]);
  core.close(note);
  assertEquals(results, [[1, -ECANCELED], [0, -ECANCELED]]);
});
