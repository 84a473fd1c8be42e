/**
 * The targets, and whether a run met them. A noisy machine may miss a target
 * that a quiet machine meets, so a miss is not an error.
 *
 * @module
 */

import type { Alone } from "./_alone.ts";
import { CONTENDERS, RIVAL, SOURCE, URING } from "./_contenders.ts";
import type { Report } from "./_measure.ts";
import { cpuNs, medianNs } from "./_statistics.ts";
import { WORKLOADS } from "./_workloads.ts";

/** A limit on the ratio of two contenders' times. */
interface Target {
  readonly workloads: readonly string[];
  readonly one: string;
  readonly other: string;
  readonly limit: number;
}

const NAMES = ["stat", "missing", "open", "create", "unlink", "rename"];
const DATA = Object.keys(WORKLOADS).filter((name) =>
  /^(read|write)/.test(name)
);
const BLOCKING = "hostkit (blocking)";
const ASYNC = "hostkit";
const PASSTHROUGH = "hostkit (passthrough)";

const TIMES: readonly Target[] = [
  { workloads: NAMES, one: BLOCKING, other: RIVAL, limit: 0.8 },
  { workloads: NAMES, one: ASYNC, other: RIVAL, limit: 1.1 },
  { workloads: ["list"], one: ASYNC, other: RIVAL, limit: 1 },
  { workloads: ["read1m", "write1m"], one: ASYNC, other: RIVAL, limit: 0.9 },
  { workloads: ["readRandom1"], one: ASYNC, other: RIVAL, limit: 0.9 },
  { workloads: DATA, one: PASSTHROUGH, other: SOURCE, limit: 1.05 },
  {
    workloads: Object.keys(WORKLOADS),
    one: URING,
    other: ASYNC,
    limit: 1,
  },
  {
    workloads: ["readRandom2"],
    one: "hostkit (2 workers)",
    other: "hostkit (1 worker)",
    limit: 1 / 1.5,
  },
];
/** The highest CPU time for an operation relative to the rival's. */
const CPU_LIMIT = 1.5;

/** Formats a line for each target that the run measured. */
export function targetsText(
  report: Report | undefined,
  alone: Alone | undefined,
): string {
  return [
    "Targets, by the first table",
    "",
    ...report === undefined ? [] : ratioLines(report),
    ...alone === undefined ? [] : aloneLines(alone),
  ].join("\n");
}

function ratioLines({ rounds }: Report): string[] {
  const ours = Object.keys(CONTENDERS).filter((name) =>
    CONTENDERS[name]!.program === "hostkit"
  );
  const lines = TIMES.flatMap(({ workloads, one, other, limit }) =>
    workloads.map((name) => {
      const [a, b] = [rounds[name]?.[one], rounds[name]?.[other]];
      if (a === undefined || b === undefined) return undefined;
      const ratio = medianNs(a) / medianNs(b);
      const what = `${WORKLOADS[name]!.title}: ${one} / ${other}`;
      return line(what, ratio, limit);
    })
  );
  const cpu = ours.map((one) => {
    const ratios = Object.entries(rounds).flatMap(([name, byTarget]) => {
      const [a, b] = [byTarget[one], byTarget[RIVAL]];
      if (a === undefined || b === undefined || cpuNs(b) === 0) return [];
      return [{ title: WORKLOADS[name]!.title, ratio: cpuNs(a) / cpuNs(b) }];
    }).sort((a, b) => b.ratio - a.ratio);
    const [worst] = ratios;
    if (worst === undefined) return undefined;
    const within = ratios.filter(({ ratio }) => ratio <= CPU_LIMIT).length;
    const what = `CPU of ${one} / ${RIVAL} where it is most: ${worst.title}; ` +
      `${within} of ${ratios.length} are within`;
    return line(what, worst.ratio, CPU_LIMIT);
  });
  return [...lines, ...cpu].filter((it) => it !== undefined);
}

function aloneLines(alone: Alone): string[] {
  const { operations, residentMiB, blockedMs, idleMs } = alone;
  const { latencyPerSecond, clientsPerSecond } = alone;
  const wanted = Math.min(40_000, clientsPerSecond);
  return [
    line(
      `MiB of memory after ${operations} operations`,
      residentMiB,
      120,
    ),
    line("ms that the event loop is blocked at most", blockedMs, 5),
    line("ms of CPU time each second at rest", idleMs, 0),
    line(
      `64 clients, ${wanted.toFixed(0)} reads a second wanted of a handler ` +
        "that takes 1 ms, in parts of what there are",
      wanted / latencyPerSecond,
      1,
    ),
  ];
}

function line(what: string, value: number, limit: number): string {
  const verdict = value <= limit ? "met   " : "MISSED";
  return `  ${verdict} ${value.toFixed(2)} of ${limit.toFixed(2)}  ${what}`;
}
