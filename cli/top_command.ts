import { SyscallError } from "../ffi/mod.ts";
import { readServerStats, type ServerStats } from "../fuse/fs/mod.ts";
import { printUsage, say, write } from "./output.ts";
import { expectOperands, parse, toMs } from "./parse.ts";
import { topText } from "./top_text.ts";
import { UsageError } from "./usage_error.ts";

/** The help text of `hostkit top`. */
export const TOP_USAGE = `\
Usage: hostkit top DIR [--interval SECONDS] [--count NUMBER] [--json]

Shows what the file system on DIR, served by "hostkit mount", is doing: the
operations, their latencies, and the programs that wait for them. It runs until
Ctrl-C, or until DIR is unmounted.

  --interval SECONDS  the time between two updates (default 1)
  --count NUMBER      the number of updates before it ends
  --json              print the totals since the mount, and end

The bars show how many operations took less than 1 µs, 2 µs, 4 µs and so on.
`;

const HOME = "\x1b[H";
const CLEAR_BELOW = "\x1b[J";
/** The errors of a path whose mount is gone. */
const ENDED = new Set(["EINVAL", "ENOENT", "ENOTCONN", "ECONNABORTED"]);

/** Runs `hostkit top`; returns the exit status. */
export async function topCommand(args: string[]): Promise<number> {
  const { operands, flags, values } = await parse(args, {
    boolean: ["json"],
    string: ["interval", "count"],
  });
  if (flags.help) return printUsage(TOP_USAGE);
  const [dir] = expectOperands("top", operands, ["DIR"]);
  const intervalMs = toMs("interval", values.interval ?? "1");
  const count = toCount(values.count);
  const stats = await readServerStats(dir!);
  if (flags.json) say(JSON.stringify(stats, null, 2));
  else await watch(dir!, stats, intervalMs, count);
  return 0;
}

function toCount(value: string | undefined): number {
  if (value === undefined) return Infinity;
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new UsageError(`--count ${value} is not a positive integer`);
}

async function watch(
  dir: string,
  first: ServerStats,
  intervalMs: number,
  count: number,
): Promise<void> {
  const isTerminal = Deno.stdout.isTerminal();
  let last = first;
  let lastMs = performance.now();
  for (let i = 0; i < count; i++) {
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
    const stats = await nextStats(dir);
    if (stats === undefined) return say(`${dir} is no longer mounted`);
    const nowMs = performance.now();
    const text = topText(dir, last, stats, (nowMs - lastMs) / 1000);
    if (isTerminal) write(Deno.stdout, HOME + CLEAR_BELOW + text);
    else say(text);
    [last, lastMs] = [stats, nowMs];
  }
}

/** Returns the statistics, or `undefined` once the file system is unmounted. */
async function nextStats(dir: string): Promise<ServerStats | undefined> {
  try {
    return await readServerStats(dir);
  } catch (error) {
    if (error instanceof SyscallError && ENDED.has(error.code)) return;
    throw error;
  }
}
