import config from "../deno.json" with { type: "json" };
import { checkArray } from "../ffi/internal.ts";
import { abortCommand } from "./abort_command.ts";
import { benchCommand } from "./bench_command.ts";
import { errnoCommand } from "./errno_command.ts";
import { fsckCommand } from "./fsck_command.ts";
import { mountCommand } from "./mount_command.ts";
import { printUsage, say, warn } from "./output.ts";
import { pagesCommand } from "./pages_command.ts";
import { replayCommand } from "./replay_command.ts";
import { shmCommand } from "./shm_command.ts";
import { topCommand } from "./top_command.ts";
import { unmountCommand } from "./unmount_command.ts";
import { UsageError } from "./usage_error.ts";

const USAGE = `\
Usage: hostkit COMMAND …

  mount KIND … DIR         mount a file system: hello, clock, memory, sqlite,
                           a mirror of a directory, or ./your_own.ts
  unmount DIR              unmount a FUSE file system
  abort DIR                end the connection of a FUSE file system that hangs
  replay FILE KIND …       replay a recorded session on a file system
  fsck DATABASE            check the file system in a database
  top DIR                  show what a mounted file system is doing
  bench DIR                measure the speed of a file system
  errno [NAME|NUMBER]      explain an error of the operating system
  pages FILE…              show which pages of files are in memory
  shm ls|stat|rm [NAME]    list, show and remove shared memory objects
  version                  print the version

Run "hostkit COMMAND --help" for details.
`;

const COMMANDS: Readonly<
  Record<string, (args: string[]) => number | Promise<number>>
> = {
  mount: mountCommand,
  unmount: unmountCommand,
  abort: abortCommand,
  replay: replayCommand,
  fsck: fsckCommand,
  top: topCommand,
  bench: benchCommand,
  errno: errnoCommand,
  pages: pagesCommand,
  shm: shmCommand,
  version: () => (say(config.version), 0),
  help: () => printUsage(USAGE),
};

/**
 * Runs the `hostkit` command.
 *
 * @param args The command line, without the program's name.
 * @returns The exit status: 0, 1 after a failure, 2 for wrong usage. One line
 * on standard error describes the error.
 */
export async function main(args: string[]): Promise<number> {
  const [name = "help", ...rest] = checkArray("args", args);
  const command = name === "--help" || name === "-h"
    ? COMMANDS.help
    : name === "--version"
    ? COMMANDS.version
    : Object.hasOwn(COMMANDS, name)
    ? COMMANDS[name]
    : undefined;
  try {
    if (command === undefined) throw new UsageError(`unknown command ${name}`);
    return await command(rest);
  } catch (error) {
    warn(error instanceof Error ? error.message : String(error));
    return error instanceof UsageError ? 2 : 1;
  }
}
