import { assertEquals } from "@std/assert";
import { Ring } from "../../../hostfd/uring/mod.ts";
import { transferredOf } from "../../../posix/process_memory/errors.ts";
import type { BlockSeq } from "../../../usermem/safemem/mod.ts";
import CASES from "../../data/usermem-cases.json" with { type: "json" };
import type { Json } from "../../usermem/_case.ts";
import { hostfdCases, type Transfers } from "../_case_hostfd.ts";
import { hasRing } from "./_ring.ts";

function transfersOf(ring: Ring): Transfers {
  const preadv2: Transfers["preadv2"] = (fd, dsts, offset, flags) =>
    ring.readv(fd, dsts, offset, { flags });
  const pwritev2: Transfers["pwritev2"] = (fd, srcs, offset, flags) =>
    ring.writev(fd, srcs, offset, { flags });
  return {
    preadv2,
    pwritev2,
    at(fd, start) {
      let offset = start;
      const moving = (move: typeof preadv2) => async (blocks: BlockSeq) => {
        let n: number | null = 0;
        try {
          return n = await move(fd, blocks, offset, 0);
        } catch (error) {
          n = transferredOf(error);
          throw error;
        } finally {
          if (offset >= 0) offset += n ?? 0;
        }
      };
      return {
        readToBlocks: moving(preadv2),
        writeFromBlocks: moving(pwritev2),
      };
    },
  };
}

const cases = (CASES as Json[]).filter(({ area }) => area === "hostfd");

/** Where io_uring differs from the system calls, whatever the program does. */
const DIFFERENT: Readonly<Record<string, Json>> = {
  // Polling a device is a property of the ring.
  "hostfd.Preadv2/12": { n: 0, err: "EINVAL" },
  // What has no position takes any offset.
  "hostfd.Preadv2/16": { n: 3, err: null },
};

Deno.test("usermem-cases.json has cases of hostfd", () => {
  assertEquals(cases.length, 37);
});

for (const { id, op, note, input, expect } of cases) {
  const name = `ring case ${id}${note === undefined ? "" : `: ${note}`}`;
  Deno.test({ name, ignore: !hasRing }, async () => {
    await using ring = new Ring();
    const actual = await hostfdCases(transfersOf(ring))[op]!(input, expect);
    const wanted = DIFFERENT[id] ?? expect;
    for (const key of Object.keys(actual)) {
      if (key in wanted) assertEquals(actual[key], wanted[key], key);
    }
  });
}
