import { fsck } from "../fuse/fs/sqlite/internal.ts";
import { printUsage, say } from "./output.ts";
import { expectOperands, parse } from "./parse.ts";

/** The help text of `hostkit fsck`. */
export const FSCK_USAGE = `\
Usage: hostkit fsck DATABASE [--repair]

Checks the file system in DATABASE, created by "hostkit mount sqlite" and not
mounted now, and prints a line for each error. The exit status is 1 if errors
remain.

  --repair  repair the errors: remove impossible records, correct counts, and
            name each file without a name lost-NUMBER, in the root
`;

/** Runs `hostkit fsck`; returns the exit status. */
export async function fsckCommand(args: string[]): Promise<number> {
  const { operands, flags } = await parse(args, {
    boolean: ["repair"],
  });
  if (flags.help) return printUsage(FSCK_USAGE);
  const [path] = expectOperands("fsck", operands, ["DATABASE"]);
  const { repair = false } = flags;
  const errors = await fsck(path!, repair);
  for (const line of errors) say(line);
  if (errors.length === 0) say(`${path}: no errors`);
  else if (repair) say(`${path}: repaired`);
  return errors.length === 0 || repair ? 0 : 1;
}
