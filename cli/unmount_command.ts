import { unmount } from "../fuse/mod.ts";
import { printUsage } from "./output.ts";
import { expectOperands, parse, toMs } from "./parse.ts";

/** The help text of `hostkit unmount`. */
export const UNMOUNT_USAGE = `\
Usage: hostkit unmount DIR [--lazy] [--timeout SECONDS]

Unmounts any FUSE file system on DIR, even if its server has ended or hangs.

  --lazy             detach it at once, even if programs use it
  --timeout SECONDS  how long to retry while programs use it (default 0.5)
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
