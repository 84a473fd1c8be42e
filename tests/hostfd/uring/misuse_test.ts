import { assert, assertEquals, assertThrows } from "@std/assert";
import { SyscallError } from "../../../ffi/mod.ts";
import {
  IORING_OP_NOP,
  IORING_SETUP_CLAMP,
  RawRing,
  Ring,
} from "../../../hostfd/uring/mod.ts";
import { assertErrno, NOT_INT } from "../../posix/throws.ts";
import { hasRing } from "./_ring.ts";

Deno.test({
  name: "A ring has as many entries as asked for, or more",
  ignore: !hasRing,
  fn() {
    using ring = new RawRing({ entries: 5, cqEntries: 100 });
    assertEquals([ring.entries, ring.cqEntries], [8, 128]);
    const clamped = { entries: 1e6, setupFlags: IORING_SETUP_CLAMP };
    using most = new RawRing(clamped);
    assertEquals(most.entries, 32768);
    for (const entries of [0, 32769]) {
      assertErrno(() => new RawRing({ entries }), "EINVAL", "io_uring_setup");
    }
  },
});

Deno.test("RawRing refuses what is no option", () => {
  for (const value of [...NOT_INT, -1]) {
    assertThrows(() => new RawRing({ entries: value }), RangeError);
    assertThrows(() => new RawRing({ cqEntries: value }), RangeError);
  }
  // IORING_SETUP_SQPOLL would want to be woken.
  assertThrows(() => new RawRing({ setupFlags: 0x2 }), RangeError);
});

Deno.test({
  name: "A SubmissionEntry refuses to complete without a completion",
  ignore: !hasRing,
  fn() {
    using ring = new RawRing();
    const entry = ring.prepare(IORING_OP_NOP, -1, 0);
    assertThrows(() => entry.flags = 0x40, RangeError);
  },
});

Deno.test({
  name: "A closed ring throws EBADF",
  ignore: !hasRing,
  fn: async () => {
    const ring = new Ring();
    ring.close();
    ring.close();
    assertEquals([ring.fd, ring.inFlight], [-1, 0]);
    for (
      const call of [
        () => ring.prepare(IORING_OP_NOP, -1, 0),
        () => ring.submit(),
        () => ring.submitAndWait(),
        () => ring.registerBuffers([new Uint8Array(1)]),
        () => ring.registerFiles([0]),
      ]
    ) assertErrno(call, "EBADF");
    ring.cancel(0);
    const reading = ring.read(0, new Uint8Array(1));
    const error = await reading.catch((error) => error);
    assert(error instanceof SyscallError && error.code === "EBADF");
    await ring[Symbol.asyncDispose]();
  },
});
