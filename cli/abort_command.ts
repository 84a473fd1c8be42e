import { abort } from "../fuse/mod.ts";
import { printUsage } from "./output.ts";
import { expectOperands, parse } from "./parse.ts";

/** The help text of `hostkit abort`. */
export const ABORT_USAGE = `\
Usage: hostkit abort DIR

Ends the connection between the kernel and the server of the FUSE file system on
DIR. Programs that wait for a response get an error, even if no signal can
interrupt them. The dead mount stays: "hostkit unmount DIR" removes it.
`;

/** Runs `hostkit abort`; returns the exit status. */
export async function abortCommand(args: string[]): Promise<number> {
  const { operands, flags } = await parse(args, {});
  if (flags.help) return printUsage(ABORT_USAGE);
  const [dir] = expectOperands("abort", operands, ["DIR"]);
  abort(dir!);
  return 0;
}
