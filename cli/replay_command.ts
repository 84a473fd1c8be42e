import { parseWireLog } from "../fuse/mod.ts";
import {
  replay,
  type ReplayDifference,
  type ReplayReport,
} from "../fuse/fs/mod.ts";
import { chooseFileSystem } from "./choose_file_system.ts";
import { MOUNT_OPTIONS, traceOptions } from "./mount_command.ts";
import { printUsage, say } from "./output.ts";
import { parse, toMs } from "./parse.ts";
import { UsageError } from "./usage_error.ts";

/** The help text of `hostkit replay`. */
export const REPLAY_USAGE = `\
Usage: hostkit replay FILE KIND [SOURCE | FILE] [options]

Replays a session recorded by "hostkit mount … --record FILE" on a file system
that is not mounted, and shows where the responses differ. Give the same
arguments as to that command, without DIR. Node and handle numbers may differ.

  --times            compare time stamps and free space as well
  --timeout SECONDS  how long to wait for a response (default 10)
  --json             print JSON

It also takes the options of hostkit mount. The exit status is 1 if responses
differ.
`;

/** Runs `hostkit replay`; returns the exit status. */
export async function replayCommand(args: string[]): Promise<number> {
  const parsed = await parse(args, {
    boolean: [...MOUNT_OPTIONS.boolean, "times", "json"],
    string: [...MOUNT_OPTIONS.string, "timeout"],
  });
  const { flags, values } = parsed;
  if (flags.help) return printUsage(REPLAY_USAGE);
  const [file, ...operands] = parsed.operands;
  if (file === undefined) throw new UsageError("replay takes a FILE");
  const { fs, options } = await chooseFileSystem({ ...parsed, operands }, []);
  const timeoutMs = toMs("timeout", values.timeout ?? "10");
  const log = parseWireLog(await Deno.readFile(file));
  const times = flags.times!;
  const report = await replay(log, fs, {
    ...options,
    ...traceOptions(parsed),
    times,
    timeoutMs,
  });
  say(
    flags.json
      ? JSON.stringify({ ...report, truncated: log.truncated }, null, 2)
      : toText(report, log.truncated),
  );
  return report.differences.length === 0 ? 0 : 1;
}

function toText(
  { requests, answers, differences }: ReplayReport,
  truncated: boolean,
): string {
  const byRequest = Map.groupBy(differences, ({ index }) => index);
  return [
    ...byRequest.values().flatMap(describe),
    ...truncated ? ["the recording ends in the middle of a message"] : [],
    `${requests} requests, ${answers} responses compared, ${byRequest.size} differ`,
  ].join("\n");
}

function describe(differences: ReplayDifference[]): string[] {
  const { index, request } = differences[0]!;
  return [
    `#${index} ${request}`,
    ...differences.flatMap(({ field, recorded, replayed }) => [
      `  recorded: ${field && `${field}=`}${recorded}`,
      `  now:      ${field && `${field}=`}${replayed}`,
    ]),
  ];
}
