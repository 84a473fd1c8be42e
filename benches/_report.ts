/**
 * The text of the results.
 *
 * @module
 */

import { rateText, table } from "../cli/internal.ts";
import type { Answer } from "./_client.ts";
import { CONTENDERS, RIVAL, SOURCE } from "./_contenders.ts";
import type { Report } from "./_measure.ts";
import { cpuNs, medianNs, spread } from "./_statistics.ts";
import { WORKLOADS } from "./_workloads.ts";

type Rounds = Readonly<Record<string, readonly Answer[]>>;

/** Formats the settings and the results as Markdown tables. */
export function toText(report: Report): string {
  const settings = report.commands.map((command) => `    ${command}\n`);
  const resident = Object.entries(report.residentMiB).map(([name, mib]) =>
    `${name} ${mib.toFixed(0)} MiB`
  );
  return [
    `${report.caching}\n`,
    settings.join(""),
    `Wall time, and its ratio to that of another target: less is better\n`,
    `${wallTable(report.rounds)}\n`,
    "CPU time of the server for each operation, or for each MiB\n",
    `${cpuTable(report.rounds)}\n`,
    `Memory of the servers at the end: ${resident.join(", ")}`,
  ].join("\n");
}

/** Returns the pairs to compare: the first relative to the second. */
function pairsOf(targets: readonly string[]): [string, string][] {
  const ours = targets.filter((name) =>
    CONTENDERS[name]?.program === "hostkit"
  );
  const pairs: [string, string][] = [
    ...[...ours, "bindfs"].map((name): [string, string] => [name, RIVAL]),
    ...ours.map((name): [string, string] => [name, SOURCE]),
  ];
  return pairs.filter((pair) => pair.every((name) => targets.includes(name)));
}

function wallTable(measured: Report["rounds"]): string {
  const targets = Object.keys(Object.values(measured)[0]!);
  const pairs = pairsOf(targets);
  const rows = Object.entries(measured).map(([name, rounds]) => [
    WORKLOADS[name]!.title,
    ...targets.map((target) =>
      rateText(medianNs(rounds[target]!), rounds[target]![0]!.bytes)
    ),
    ...pairs.map((pair) => ratio(rounds, pair, medianNs)),
    `${(Math.max(...Object.values(rounds).map(spread)) * 100).toFixed(0)} %`,
  ]);
  const header = ["", ...targets, ...pairs.map(pairTitle), "spread"];
  return table([header, ...rows]);
}

function cpuTable(measured: Report["rounds"]): string {
  const targets = Object.keys(Object.values(measured)[0]!)
    .filter((name) => name !== SOURCE);
  const pairs = pairsOf(targets);
  const rows = Object.entries(measured).map(([name, rounds]) => [
    WORKLOADS[name]!.title,
    ...targets.map((target) => cpuText(rounds[target]!)),
    ...pairs.map((pair) => ratio(rounds, pair, cpuNs)),
  ]);
  return table([["", ...targets, ...pairs.map(pairTitle)], ...rows]);
}

function cpuText(rounds: readonly Answer[]): string {
  const { bytes } = rounds[0]!;
  const unit = bytes === undefined ? 1 : bytes / 2 ** 20;
  return rateText(cpuNs(rounds) / unit, undefined);
}

function pairTitle([one, other]: [string, string]): string {
  return `${one} / ${other}`;
}

function ratio(
  rounds: Rounds,
  [one, other]: [string, string],
  of: (rounds: readonly Answer[]) => number,
): string {
  const times = of(rounds[one]!) / of(rounds[other]!);
  return Number.isFinite(times) ? times.toFixed(2) : "-";
}
