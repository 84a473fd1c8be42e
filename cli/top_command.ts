import { SyscallError } from "../ffi/mod.ts";
import { readServerStats, type ServerStats } from "../fuse/fs/mod.ts";
import { printUsage, say, write } from "./output.ts";
import { expectOperands, parse, toMs } from "./parse.ts";
import { topText } from "./top_text.ts";
import { UsageError } from "./usage_error.ts";

/** How the command is called. */
export const TOP_USAGE = `\
Usage: hostkit top DIR [--interval SECONDS] [--count NUMBER] [--json]

Shows what the file system on DIR is doing, which "hostkit mount" serves: its
operations, how long they take, and who waits for them. It ends by Ctrl-C, or
when DIR is unmounted.

  --interval SECONDS  how often to look (default 1)
  --count NUMBER      how often to look before it ends
  --json              print what was counted since the mount, and end

The bars show how many operations took less than 1 µs, 2 µs, 4 µs and so on.
`;

const HOME = "\x1b[H";
const CLEAR_BELOW = "\x1b[J";
/** What is said of a mount that is no more. */
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
  throw new UsageError(`--count ${value} is not a number from 1`);
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
    if (stats === undefined) return say(`${dir} is not mounted any more`);
    const nowMs = performance.now();
    const text = topText(dir, last, stats, (nowMs - lastMs) / 1000);
    if (isTerminal) write(Deno.stdout, HOME + CLEAR_BELOW + text);
    else say(text);
    [last, lastMs] = [stats, nowMs];
  }
}

/** Returns the statistics, or `undefined` once it is unmounted. */
async function nextStats(dir: string): Promise<ServerStats | undefined> {
  try {
    return await readServerStats(dir);
  } catch (error) {
    if (error instanceof SyscallError && ENDED.has(error.code)) return;
    throw error;
  }
}
