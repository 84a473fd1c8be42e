import { SHOWN_CALLERS } from "../server/internal.ts";
import type {
  CallerStats,
  OperationStats,
  ServerStats,
} from "../server/mod.ts";

/** Returns the combined statistics of several servers of a file system. */
export function mergeStats(all: readonly ServerStats[]): ServerStats {
  const sum = (of: (stats: ServerStats) => number): number =>
    all.reduce((total, stats) => total + of(stats), 0);
  const byName = new Map<string, OperationStats>();
  for (const stats of all.flatMap(({ byOperation }) => byOperation)) {
    const known = byName.get(stats.opname);
    byName.set(stats.opname, known === undefined ? stats : add(known, stats));
  }
  const byPid = new Map<number, CallerStats>();
  for (const caller of all.flatMap(({ callers }) => callers)) {
    const { pid, count, totalMs, maxMs } = caller;
    const known = byPid.get(pid);
    byPid.set(
      pid,
      known === undefined ? caller : {
        pid,
        count: known.count + count,
        totalMs: known.totalMs + totalMs,
        maxMs: Math.max(known.maxMs, maxMs),
      },
    );
  }
  return {
    operations: sum(({ operations }) => operations),
    errors: sum(({ errors }) => errors),
    bytesRead: sum(({ bytesRead }) => bytesRead),
    bytesWritten: sum(({ bytesWritten }) => bytesWritten),
    inFlight: sum(({ inFlight }) => inFlight),
    nodes: sum(({ nodes }) => nodes),
    handles: sum(({ handles }) => handles),
    passthrough: {
      opened: sum(({ passthrough }) => passthrough.opened),
      refused: sum(({ passthrough }) => passthrough.refused),
      error: all.find(({ passthrough }) => passthrough.error)?.passthrough
        .error,
    },
    byOperation: [...byName.values()],
    callers: [...byPid.values()].sort((a, b) => b.totalMs - a.totalMs)
      .slice(0, SHOWN_CALLERS),
  };
}

function add(a: OperationStats, b: OperationStats): OperationStats {
  return {
    opname: a.opname,
    count: a.count + b.count,
    errors: a.errors + b.errors,
    bytes: a.bytes + b.bytes,
    totalMs: a.totalMs + b.totalMs,
    maxMs: Math.max(a.maxMs, b.maxMs),
    histogram: a.histogram.map((count, i) => count + b.histogram[i]!),
  };
}
