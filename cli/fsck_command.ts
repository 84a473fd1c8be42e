import { fsck } from "../fuse/fs/sqlite_fsck.ts";
import { printUsage, say } from "./output.ts";
import { expectOperands, parse } from "./parse.ts";

/** How the command is called. */
export const FSCK_USAGE = `\
Usage: hostkit fsck DATABASE [--repair]

Checks the file system in DATABASE, which "hostkit mount sqlite" made and which
is not mounted, and says what is wrong with it, a line each. The exit status is
1 if something is wrong and was not mended.

  --repair  mend it: what is impossible goes, what is miscounted is counted, and
            what has lost its name is called lost-NUMBER, in the root
`;

/** Runs `hostkit fsck`; returns the exit status. */
export async function fsckCommand(args: string[]): Promise<number> {
  const { operands, flags } = await parse(args, {
    boolean: ["repair"],
  });
  if (flags.help) return printUsage(FSCK_USAGE);
  const [path] = expectOperands("fsck", operands, ["DATABASE"]);
  const { repair = false } = flags;
  const wrong = await fsck(path!, repair);
  for (const line of wrong) say(line);
  if (wrong.length === 0) say(`${path}: nothing is wrong`);
  else if (repair) say(`${path}: mended`);
  return wrong.length === 0 || repair ? 0 : 1;
}
