import { unmount } from "../fuse/mod.ts";
import { printUsage } from "./output.ts";
import { expectOperands, parse, toMs } from "./parse.ts";

/** How the command is called. */
export const UNMOUNT_USAGE = `\
Usage: hostkit unmount DIR [--lazy] [--timeout SECONDS]

Unmounts the FUSE file system on DIR, whoever serves it, also if its server is
gone or hangs.

  --lazy             take it out of the tree although programs use it
  --timeout SECONDS  try for so long while programs use it (default 0.5)
`;

/** Runs `hostkit unmount`; returns the exit status. */
export async function unmountCommand(args: string[]): Promise<number> {
  const { operands, flags, values } = await parse(args, {
    boolean: ["lazy"],
    string: ["timeout"],
  });
  if (flags.help) return printUsage(UNMOUNT_USAGE);
  const [dir] = expectOperands("unmount", operands, ["DIR"]);
  await unmount(dir!, {
    lazy: flags.lazy!,
    ...values.timeout === undefined
      ? {}
      : { timeoutMs: toMs("timeout", values.timeout) },
  });
  return 0;
}
