/**
 * Results as text.
 *
 * @module
 */

import { LARGE_SIZE } from "./_fixture.ts";
import { WORKLOADS } from "./_workloads.ts";

/** What was measured under one way of caching. */
export interface Report {
  /** What the kernel kept. */
  readonly caching: string;
  /** The servers' command lines. */
  readonly commands: readonly string[];
  /** The nanoseconds an operation took in each round, by workload and target. */
  readonly rounds: Readonly<Record<string, Readonly<Record<string, number[]>>>>;
}

/** The pairs whose speeds are compared: the first in multiples of the second. */
const RATIOS = [
  ["hostkit", "passthrough_ll"],
  ["bindfs", "passthrough_ll"],
  ["hostkit", "source"],
] as const;

/** Returns the settings, and the medians as a Markdown table. */
export function toText(report: Report): string {
  const settings = report.commands.map((command) => `    ${command}\n`).join(
    "",
  );
  return `${report.caching}\n\n${settings}\n${toTable(report)}`;
}

function toTable({ rounds: results }: Report): string {
  const measured = Object.entries(results);
  const targets = Object.keys(measured[0]![1]);
  const ratios = RATIOS.filter((pair) =>
    pair.every((t) => targets.includes(t))
  );
  const header = [
    "",
    ...targets,
    ...ratios.map(([one, other]) => `${one} : ${other}`),
    "spread",
  ];
  const rows = measured.map(([name, rounds]) => [
    WORKLOADS[name]!.title,
    ...targets.map((target) => format(name, median(rounds[target]!))),
    ...ratios.map(([one, other]) => {
      const times = median(rounds[other]!) / median(rounds[one]!);
      return `${times.toFixed(2)} ×`;
    }),
    percent(Math.max(...Object.values(rounds).map(spread))),
  ]);
  return align([header, ...rows]);
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** How far apart the middle half of the rounds is, in parts of the median. */
function spread(values: readonly number[]): number {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / median(values);
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const below = sorted[Math.floor(at)]!;
  const above = sorted[Math.ceil(at)]!;
  return below + (above - below) * (at % 1);
}

function format(workload: string, ns: number): string {
  const { unit } = WORKLOADS[workload]!;
  switch (unit) {
    case "µs":
      return `${(ns / 1e3).toFixed(1)} µs`;
    case "ms":
      return `${(ns / 1e6).toFixed(1)} ms`;
    case "MB/s":
      return `${(LARGE_SIZE / ns * 1e3).toFixed(0)} MB/s`;
  }
}

function percent(part: number): string {
  return `${(part * 100).toFixed(0)} %`;
}

/** Lays a table out, all columns but the first to the right. */
function align(rows: readonly string[][]): string {
  const widths = rows[0]!.map((_, column) =>
    Math.max(...rows.map((row) => row[column]!.length))
  );
  const lines = rows.map((row) =>
    row.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)
    )
  );
  const rule = widths.map((width, i) =>
    i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`
  );
  return [lines[0]!, rule, ...lines.slice(1)]
    .map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
