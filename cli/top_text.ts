/**
 * The text of `hostkit top`: the difference of two snapshots.
 *
 * @module
 */

import {
  type CallerStats,
  latencyMs,
  type OperationStats,
  type ServerStats,
} from "../fuse/fs/mod.ts";

const BARS = " ▁▂▃▄▅▆▇█";
/** The number of bars; the last stands for 4 seconds and more. */
const BAR_COUNT = 24;
/** The most callers to show. */
const CALLERS = 8;
const MB = 1e6;

/**
 * Formats the difference of two snapshots as lines of text.
 *
 * @param dir The mount point.
 * @param before The earlier snapshot.
 * @param now The later snapshot.
 * @param seconds The time between the snapshots.
 */
export function topText(
  dir: string,
  before: ServerStats,
  now: ServerStats,
  seconds: number,
): string {
  const rate = (key: "operations" | "errors" | "bytesRead" | "bytesWritten") =>
    (now[key] - before[key]) / seconds;
  return [
    `${dir}: ${now.nodes} nodes, ${now.handles} open, ` +
    `${now.inFlight} in flight`,
    `${rate("operations").toFixed(0)} operations/s, ` +
    `${rate("errors").toFixed(0)} errors/s, ` +
    `${(rate("bytesRead") / MB).toFixed(1)} MB/s read, ` +
    `${(rate("bytesWritten") / MB).toFixed(1)} MB/s written`,
    "",
    ...operationLines(before, now, seconds),
    "",
    ...callerLines(before, now, seconds),
    "",
  ].join("\n");
}

function operationLines(
  before: ServerStats,
  now: ServerStats,
  seconds: number,
): string[] {
  const earlier = new Map(before.byOperation.map((it) => [it.opname, it]));
  const recent = now.byOperation
    .map((it) => since(earlier.get(it.opname), it))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.totalMs - a.totalMs);
  return [
    row("OPERATION", "per s", "err/s", "MB/s", "median", "99 %", "mean") +
    "  1 µs … 4 s",
    ...recent.map(({ opname, count, errors, bytes, totalMs, histogram }) =>
      row(
        opname,
        (count / seconds).toFixed(0),
        (errors / seconds).toFixed(0),
        (bytes / MB / seconds).toFixed(1),
        time(latencyMs(histogram, 0.5)),
        time(latencyMs(histogram, 0.99)),
        time(totalMs / count),
      ) + `  ${bars(histogram)}`
    ),
  ];
}

/** Returns the increase since an earlier snapshot. */
function since(
  before: OperationStats | undefined,
  now: OperationStats,
): OperationStats {
  if (before === undefined) return now;
  return {
    ...now,
    count: now.count - before.count,
    errors: now.errors - before.errors,
    bytes: now.bytes - before.bytes,
    totalMs: now.totalMs - before.totalMs,
    histogram: now.histogram.map((count, i) => count - before.histogram[i]!),
  };
}

/**
 * Draws a bar for each latency; the most frequent latency has the highest bar.
 */
function bars(histogram: readonly number[]): string {
  const heights = histogram.slice(0, BAR_COUNT);
  heights[BAR_COUNT - 1]! += histogram.slice(BAR_COUNT)
    .reduce((sum, count) => sum + count, 0);
  const highest = Math.max(...heights);
  return heights.map((count) =>
    BARS[Math.ceil(count / highest * (BARS.length - 1))]
  ).join("").trimEnd();
}

function callerLines(
  before: ServerStats,
  now: ServerStats,
  seconds: number,
): string[] {
  const earlier = new Map(before.callers.map((it) => [it.pid, it]));
  const recent = now.callers
    .map((it) => callerSince(earlier.get(it.pid), it))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.totalMs - a.totalMs)
    .slice(0, CALLERS);
  return [
    row("CALLER", "per s", "ms/s", "", "mean", "slowest", "pid"),
    ...recent.map(({ pid, count, totalMs, maxMs }) =>
      row(
        commandOf(pid),
        (count / seconds).toFixed(0),
        (totalMs / seconds).toFixed(0),
        "",
        time(totalMs / count),
        time(maxMs),
        `${pid}`,
      )
    ),
  ];
}

/**
 * Returns a caller's increase since an earlier snapshot; the counts of a caller
 * that was dropped meanwhile start at 0.
 */
function callerSince(
  before: CallerStats | undefined,
  now: CallerStats,
): CallerStats {
  if (before === undefined || before.count > now.count) return now;
  return {
    ...now,
    count: now.count - before.count,
    totalMs: now.totalMs - before.totalMs,
  };
}

/** Returns the name of a thread, if it still runs. */
function commandOf(pid: number): string {
  if (pid === 0) return "(kernel)";
  try {
    return Deno.readTextFileSync(`/proc/${pid}/comm`).trimEnd();
  } catch {
    return "(ended)";
  }
}

/** Formats a time with a unit. */
export function time(ms: number): string {
  return ms < 1
    ? `${(ms * 1000).toPrecision(3)} µs`
    : ms < 1000
    ? `${ms.toPrecision(3)} ms`
    : `${(ms / 1000).toPrecision(3)} s`;
}

/** Formats a line: a name, and cells aligned right. */
export function row(name: string, ...cells: string[]): string {
  return name.padEnd(16) + cells.map((cell) => cell.padStart(10)).join("");
}
