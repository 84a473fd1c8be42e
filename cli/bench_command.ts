import { RANDOM_WORKLOADS, SEQUENTIAL_WORKLOADS } from "./data_workloads.ts";
import { METADATA_WORKLOADS } from "./metadata_workloads.ts";
import { lister } from "./lister.ts";
import { printUsage, say } from "./output.ts";
import { expectOperands, parse, toMs } from "./parse.ts";
import { table } from "./table.ts";
import { UsageError } from "./usage_error.ts";
import { measure, rateText, type Workload } from "./workload.ts";
import { makeFiles, MIB } from "./workload_files.ts";

const ENTRIES = 1000;
const LARGE_SIZE = 16 * MIB;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const WORKLOADS: Readonly<Record<string, Workload>> = {
  ...METADATA_WORKLOADS,
  list: {
    title: `list ${ENTRIES} entries`,
    prepare: ({ dir }) => ({ run: lister(dir, ENTRIES) }),
  },
  ...SEQUENTIAL_WORKLOADS,
  ...RANDOM_WORKLOADS,
};

/** The help text of `hostkit bench`. */
export const BENCH_USAGE = `\
Usage: hostkit bench DIR [--only NAME,NAME] [--seconds SECONDS] [--json]

Measures the speed of the file system that contains DIR, which need not be a
mount of hostkit. It creates 17 MiB of data and ${ENTRIES} names, and removes them
at the end. Reads of cached data measure the cache.

  --only NAMES       run only these workloads:
                     ${Object.keys(WORKLOADS).slice(0, 8).join(", ")},
                     ${Object.keys(WORKLOADS).slice(8, 12).join(", ")},
                     ${Object.keys(WORKLOADS).slice(12).join(", ")}
  --seconds SECONDS  the time for each workload (default 0.2)
  --json             print JSON
`;

interface Result {
  readonly workload: string;
  readonly title: string;
  readonly operations: number;
  readonly nsPerOperation: number;
  readonly bytesPerOperation: number | undefined;
}

/** Runs `hostkit bench`; returns the exit status. */
export async function benchCommand(args: string[]): Promise<number> {
  const { operands, flags, values } = await parse(args, {
    boolean: ["json"],
    string: ["only", "seconds"],
  });
  if (flags.help) return printUsage(BENCH_USAGE);
  const [dir] = expectOperands("bench", operands, ["DIR"]);
  const names = values.only?.split(",") ?? Object.keys(WORKLOADS);
  for (const name of names) {
    if (!Object.hasOwn(WORKLOADS, name)) {
      throw new UsageError(`--only ${name}: unknown workload`);
    }
  }
  const ms = toMs("seconds", values.seconds ?? "0.2");
  const results = await measureAll(dir!, names, ms);
  say(flags.json ? JSON.stringify(results, null, 2) : toText(results));
  return 0;
}

/** Runs the workloads in a new directory, and removes it in any case. */
async function measureAll(
  parent: string,
  names: readonly string[],
  ms: number,
): Promise<Result[]> {
  let stopSignal: string | undefined;
  const listeners = SIGNALS.map((signal) => ({
    signal,
    listener: () => void (stopSignal = signal),
  }));
  const dir = await Deno.makeTempDir({ dir: parent, prefix: "hostkit-bench-" });
  for (const { signal, listener } of listeners) {
    Deno.addSignalListener(signal, listener);
  }
  try {
    makeFiles(dir, { large: LARGE_SIZE, entries: ENTRIES });
    const results: Result[] = [];
    for (const name of names) {
      // A workload blocks the event loop: signals arrive only between
      // workloads.
      await new Promise((resolve) => setTimeout(resolve));
      if (stopSignal !== undefined) throw new Error(`stopped by ${stopSignal}`);
      const { title, prepare } = WORKLOADS[name]!;
      const operation = prepare({ dir, source: dir });
      measure(operation, ms / 4);
      const { operations, elapsedMs } = measure(operation, ms);
      operation.close?.();
      results.push({
        workload: name,
        title,
        operations,
        nsPerOperation: elapsedMs * 1e6 / operations,
        bytesPerOperation: operation.bytes,
      });
    }
    return results;
  } finally {
    for (const { signal, listener } of listeners) {
      Deno.removeSignalListener(signal, listener);
    }
    await Deno.remove(dir, { recursive: true });
  }
}

function toText(results: readonly Result[]): string {
  const rows = results.map(({ title, nsPerOperation, bytesPerOperation }) => [
    title,
    rateText(nsPerOperation, bytesPerOperation),
    bytesPerOperation === undefined
      ? `${Math.round(1e9 / nsPerOperation)}`
      : "",
  ]);
  return table([["", "each", "a second"], ...rows]);
}
