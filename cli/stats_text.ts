import { latencyMs, type ServerStats } from "../fuse/fs/mod.ts";
import { row, time } from "./top_text.ts";

/**
 * Formats the statistics of a server as lines of text for `hostkit mount
 * --stats`.
 *
 * @param stats The statistics at the server's end.
 */
export function statsText(stats: ServerStats): string {
  const operations = stats.byOperation
    .toSorted((a, b) => b.totalMs - a.totalMs);
  return [
    `${stats.operations} operations, ${stats.errors} errors, ` +
    `${stats.bytesRead} bytes read, ${stats.bytesWritten} bytes written`,
    row("OPERATION", "count", "errors", "median", "99 %", "slowest"),
    ...operations.map(({ opname, count, errors, histogram, maxMs }) =>
      row(
        opname,
        `${count}`,
        `${errors}`,
        time(latencyMs(histogram, 0.5)),
        time(latencyMs(histogram, 0.99)),
        time(maxMs),
      )
    ),
    "",
  ].join("\n");
}
