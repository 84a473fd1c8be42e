import { assert } from "@std/assert";
import { cString } from "../../ffi/c_string.ts";
import { libc } from "../../ffi/libc.ts";
import { map, mapAt, mapRegion, type MMap } from "../../mmap/mod.ts";
import { getpagesize, O_RDONLY, O_RDWR } from "../../posix/mod.ts";
import { isQemu } from "../_support/platform.ts";
import {
  type CaseRun,
  type Operation,
  POSIX_OPERATIONS,
  runSteps,
  toFlags,
  toNumber,
  toOffset,
} from "../posix/case_steps.ts";
import { CASES, isForHere, type Step } from "../posix/case_table.ts";

/** The mappings of the running case, by the names that the script gives. */
const maps = new WeakMap<CaseRun, Map<string, MMap>>();

function mapsOf(run: CaseRun): Map<string, MMap> {
  const known = maps.get(run) ?? new Map<string, MMap>();
  maps.set(run, known);
  return known;
}

/** The mapping that a step names, cut to its `range`. */
function mapOf(step: Step, run: CaseRun): MMap | undefined {
  const whole = mapsOf(run).get(step.map as string);
  if (whole === undefined || step.range === undefined) return whole;
  const [from, to] = step.range as unknown[];
  return whole.slice(toNumber(from), toNumber(to));
}

/** Does something to an MMap; to another mapping what posix does. */
function either(
  operation: (m: MMap, step: Step) => object | void,
  name: string,
): Operation {
  return (step, run) => {
    const m = mapOf(step, run);
    return m === undefined
      ? POSIX_OPERATIONS[name]!(step, run)
      : operation(m, step);
  };
}

function openPath(path: string, mode: unknown): number {
  const fd = libc().open(cString(path), mode === "r" ? O_RDONLY : O_RDWR, 0);
  assert(fd >= 0, `cannot open ${path}`);
  return fd;
}

function mapStep(step: Step, run: CaseRun): MMap {
  const address = toNumber(step.addr);
  const fd = run.fd(step);
  const offset = toOffset(step.offset);
  const length = toNumber(step.length);
  const prot = toFlags(step.prot);
  const flags = toFlags(step.flags);
  // The shortest of the three functions that can do it.
  if (address !== 0) {
    return mapAt(BigInt(address), fd, offset, length, prot, flags);
  }
  if (offset !== 0 || length !== -1) {
    return mapRegion(fd, offset, length, prot, flags);
  }
  return map(fd, prot, flags);
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...POSIX_OPERATIONS,
  file(step, run) {
    const path = Deno.makeTempFileSync();
    run.defer(() => Deno.removeSync(path));
    run.paths.set(step.as as string, path);
    if (step.content !== undefined) {
      Deno.writeTextFileSync(path, step.content as string);
    } else if (step.size !== undefined) {
      Deno.truncateSync(path, toNumber(step.size));
    } else {
      // A hole, and one byte at its end, whose page is in memory.
      using file = Deno.openSync(path, { write: true });
      file.seekSync(toNumber(step.sparseEnd) - 1, Deno.SeekMode.Start);
      file.writeSync(new Uint8Array(1));
    }
    run.addFd(step, openPath(path, step.mode));
  },
  open(step, run) {
    run.addFd(step, openPath(step.path as string, step.mode));
  },
  pipe(step, run) {
    const path = Deno.makeTempFileSync();
    Deno.removeSync(path);
    const mkfifo = new Deno.Command("mkfifo", { args: [path] });
    assert(mkfifo.outputSync().success);
    run.defer(() => Deno.removeSync(path));
    run.addFd(step, openPath(path, "rw"));
  },
  readFile: (step, run) => ({
    bytes: Deno.readTextFileSync(run.paths.get(step.file as string)!),
  }),
  map(step, run) {
    const m = mapStep(step, run);
    mapsOf(run).set(step.as as string, m);
    run.defer(() => m.unmap());
    return {
      len: m.bytes.length,
      addr_equals: m.address === BigInt(toNumber(step.addr)),
      page_aligned: m.address % BigInt(getpagesize()) === 0n,
    };
  },
  unmap: either((m) => m.unmap(), "posix.Munmap"),
  sync: either((m, step) => m.sync(toFlags(step.flags)), "sync"),
  advise: either((m, step) => m.advise(toFlags(step.advice)), "advise"),
  protect: either((m, step) => m.protect(toFlags(step.prot)), "protect"),
  lock: (step, run) => mapOf(step, run)!.lock(),
  unlock: (step, run) => mapOf(step, run)!.unlock(),
  resident(step, run) {
    const pages = mapOf(step, run)!.isResident();
    return { pages, count: pages.filter(Boolean).length };
  },
  write: either((m, { at, bytes, hex }) =>
    m.bytes.set(
      typeof bytes === "string"
        ? new TextEncoder().encode(bytes)
        : Uint8Array.fromHex(hex as string),
      toNumber(at),
    ), "write"),
  read: either((m, { at, n }) => {
    const start = toNumber(at);
    const bytes = m.bytes.slice(start, start + toNumber(n));
    return { bytes: new TextDecoder().decode(bytes), hex: bytes.toHex() };
  }, "read"),
};

/** What QEMU's user mode answers in its own way. */
const NOT_EMULATED = [
  "gommap.Advise",
  "gommap.Advise.REMOVE.private",
  "gommap.Advise.REMOVE.punchesHole",
  "gommap.Advise.unknown5",
  "gommap.Map.sharedAndPrivate",
  "ext.MapAt.fixedNoReplace",
];

const cases = CASES.filter(({ steps = [] }) =>
  steps.some(({ op }) => !(op in POSIX_OPERATIONS))
);

Deno.test("mmap-posix-cases.json has steps for mmap, and all can be run", () => {
  assert(cases.length > 40, `${cases.length} cases`);
  const ops = new Set(
    cases.flatMap(({ steps = [] }) => steps.map((s) => s.op)),
  );
  assert([...ops].every((op) => op in OPERATIONS), [...ops].join());
});

for (const test of cases) {
  Deno.test({
    name: `mmap-posix-cases.json holds for mmap: ${test.id}`,
    ignore: !isForHere(test) || isQemu && NOT_EMULATED.includes(test.id),
    fn: () => runSteps(test, OPERATIONS),
  });
}
