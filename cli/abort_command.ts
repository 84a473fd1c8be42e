import { abort } from "../fuse/mod.ts";
import { printUsage } from "./output.ts";
import { expectOperands, parse } from "./parse.ts";

/** How the command is called. */
export const ABORT_USAGE = `\
Usage: hostkit abort DIR

Ends the connection between the kernel and the server of the FUSE file system on
DIR. Programs that wait in it for an answer get an error, even those that no
signal ends. It stays mounted, and dead: "hostkit unmount DIR" takes it away.
`;

/** Runs `hostkit abort`; returns the exit status. */
export async function abortCommand(args: string[]): Promise<number> {
  const { operands, flags } = await parse(args, {});
  if (flags.help) return printUsage(ABORT_USAGE);
  const [dir] = expectOperands("abort", operands, ["DIR"]);
  abort(dir!);
  return 0;
}
