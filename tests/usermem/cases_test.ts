import { assertEquals, assertThrows } from "@std/assert";
import CASES from "../data/usermem-cases.json" with { type: "json" };
import { HOSTFD } from "../hostfd/_case_hostfd.ts";
import { isQemu } from "../_support/platform.ts";
import type { Json, Run } from "./_case.ts";
import {
  ACCESS_TYPE,
  ADDR,
  ADDR_RANGE,
  ADDR_RANGE_SEQ,
  CONST,
} from "./_case_addr.ts";
import {
  BYTES_IO,
  COPY_STRING,
  INT32,
  IO_READ_WRITER,
  IO_SEQUENCE,
  OBJECT,
  VEC,
} from "./_case_io.ts";
import {
  canForceWrites,
  isDenied,
  PROC_SELF_MEM,
  PROCESS_IO,
  PROCESS_VM,
} from "./_case_kernel.ts";
import { BLOCK, BLOCK_SEQ, SAFECOPY, SAFEMEM_IO } from "./_case_safemem.ts";

const AREAS: Readonly<Record<string, Record<string, Run>>> = {
  const: CONST,
  addr: ADDR,
  addrRange: ADDR_RANGE,
  addrRangeSeq: ADDR_RANGE_SEQ,
  accessType: ACCESS_TYPE,
  bytesIO: BYTES_IO,
  copyString: COPY_STRING,
  vec: VEC,
  int32: INT32,
  ioSequence: IO_SEQUENCE,
  ioReadWriter: IO_READ_WRITER,
  object: OBJECT,
  block: BLOCK,
  blockSeq: BLOCK_SEQ,
  safememIO: SAFEMEM_IO,
  safecopy: SAFECOPY,
  hostfd: HOSTFD,
  processVm: PROCESS_VM,
  procSelfMem: PROC_SELF_MEM,
  processIO: PROCESS_IO,
};

/** What the table notes of other implementations, and is not to be met. */
const NOTES = new Set([
  "faultOffsetFromBase",
  "seedEra",
  "upstream",
  "upstreamRange",
  "upstreamTerminates",
]);

const isLinux = Deno.build.os === "linux";
const denied = !isLinux || isDenied();
const forced = isLinux && canForceWrites();

/** An area that the table counts under another. */
function areaOf({ area, op }: Json): string {
  return op.startsWith("hostfd.") ? "hostfd" : area;
}

/** Whether this machine, or the library by now, cannot run a case. */
function isSkipped({ area, op, input }: Json): boolean {
  if (AREAS[areaOf({ area, op })] === undefined) return true;
  switch (area) {
    case "processVm":
      return denied;
    case "processIO":
      // A memfd takes the CPU's view of what can be read.
      return !isLinux || denied && /-w-|--x/.test(input.pages);
    case "safecopy":
      return !isLinux;
    case "hostfd":
      // The emulator drops flags, and moves all of a buffer or nothing.
      return isQemu && (input.flags > 0 || input.faultAfterBytes > 0);
    case "procSelfMem":
      return !isLinux || !forced && !input.pages.includes("rw-");
    default:
      return false;
  }
}

const ran = new Map<string, number>();
const skipped = new Map<string, number>();

function count(counts: Map<string, number>, area: string): void {
  counts.set(area, (counts.get(area) ?? 0) + 1);
}

function listOf(counts: Map<string, number>): string {
  return Array.from(counts, ([area, n]) => `${area} ${n}`).join(", ") || "none";
}

for (const test of CASES as Json[]) {
  const { id, op, note, input, expect } = test;
  const area = areaOf(test);
  const ignore = isSkipped(test);
  if (ignore) count(skipped, area);
  const name = `usermem case ${id}${note === undefined ? "" : `: ${note}`}`;
  Deno.test({ name, ignore }, async () => {
    count(ran, area);
    const run = AREAS[area]![op];
    if (run === undefined) throw new Error(`Unknown op ${op}`);
    if (expect.panic) {
      assertThrows(() => run(input, expect), RangeError);
      return;
    }
    const actual = await run(input, expect);
    for (const [key, value] of Object.entries(expect)) {
      if (!NOTES.has(key)) assertEquals(actual[key], value, key);
    }
  });
}

Deno.test.afterAll(() => {
  // deno-lint-ignore no-console
  console.log(`usermem cases run: ${listOf(ran)}; skipped: ${listOf(skipped)}`);
});
