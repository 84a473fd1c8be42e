import { SyscallError } from "../ffi/mod.ts";
import { clearDeadMount, type MountOptions } from "../fuse/mod.ts";
import {
  type FS,
  HelloFS,
  MirrorFS,
  mountFS,
  type ServeOptions,
  type Session,
} from "../fuse/fs/mod.ts";
import { printUsage, say, warn } from "./output.ts";
import { expectOperands, parse, type ParsedArgs } from "./parse.ts";
import { UsageError } from "./usage_error.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** How the command is called. */
export const MOUNT_USAGE = `\
Usage: hostkit mount hello DIR [options]
       hostkit mount mirror SOURCE DIR --read-only [options]

Mounts a file system on DIR, an empty directory, and serves it until it is
unmounted: by Ctrl-C, SIGTERM, or "hostkit unmount DIR".

  hello                 one file that says hello
  mirror                the directory SOURCE as it is

  --read-only           refuse every change; hello is read-only as it is
  --no-cache            let the kernel keep no names, attributes or data
  --cache-time SECONDS  for how long it keeps names and attributes (default 1)
  --allow-other         let other users in
  --default-permissions let the kernel check permissions by mode and owner
  --dev                 let device nodes work
  --suid                let set-user-ID bits take effect
  --fsname NAME         what mount(8) shows as the source
`;

/** Runs `hostkit mount`; returns the exit status once it is unmounted. */
export async function mountCommand(args: string[]): Promise<number> {
  const parsed = parse(args, {
    boolean: [
      "read-only",
      "no-cache",
      "allow-other",
      "default-permissions",
      "dev",
      "suid",
    ],
    string: ["cache-time", "fsname"],
  });
  if (parsed.flags.help) return printUsage(MOUNT_USAGE);
  const { fs, dir, options } = fileSystem(parsed);
  const dead = await clearDeadMount(dir);
  if (dead !== undefined) {
    warn(
      `${dead.mountpoint}: the server of ${dead.source} (${dead.type}) is ` +
        "gone, killed perhaps; its dead mount is cleared",
    );
  }
  const { promise: signalled, resolve } = Promise.withResolvers<void>();
  const onSignal = (): void => resolve();
  for (const signal of SIGNALS) Deno.addSignalListener(signal, onSignal);
  try {
    const session = await mountFS(dir, fs, {
      subtype: "hostkit",
      ...commonOptions(parsed),
      ...options,
    });
    try {
      const name = parsed.operands.slice(0, -1).join(" ");
      say(`mounted ${name} on ${session.mountpoint}; Ctrl-C unmounts`);
      await Promise.race([signalled, session.closed]);
    } finally {
      await unmountByForce(session);
    }
  } finally {
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, onSignal);
  }
  return 0;
}

interface Choice {
  fs: FS;
  dir: string;
  options: MountOptions & ServeOptions;
}

function fileSystem({ operands, flags, values }: ParsedArgs): Choice {
  const [kind, ...rest] = operands;
  switch (kind) {
    case "hello": {
      const [dir] = expectOperands(kind, rest, ["DIR"]);
      const fsName = values.fsname ?? kind;
      return {
        fs: new HelloFS(),
        dir: dir!,
        options: { readOnly: true, fsName },
      };
    }
    case "mirror": {
      const [source, dir] = expectOperands(kind, rest, ["SOURCE", "DIR"]);
      if (!flags["read-only"]) {
        throw new UsageError("a mirror is read-only so far: add --read-only");
      }
      return {
        fs: new MirrorFS(source!, { exclude: dir! }),
        dir: dir!,
        options: {
          readOnly: true,
          // The source is opened as the user who mounts: others get no more
          // than its modes and ACLs give them.
          posixAcl: flags["allow-other"]!,
          fsName: values.fsname ?? source!,
        },
      };
    }
    case undefined:
      throw new UsageError("mount what? hello or mirror");
    default:
      throw new UsageError(`no file system is called ${kind}`);
  }
}

function commonOptions(
  { flags, values }: ParsedArgs,
): MountOptions & ServeOptions {
  const cacheMs = flags["no-cache"] ? 0 : cacheTimeMs(values["cache-time"]);
  return {
    readOnly: flags["read-only"]!,
    allowOther: flags["allow-other"]!,
    defaultPermissions: flags["default-permissions"]!,
    allowDev: flags.dev!,
    allowSuid: flags.suid!,
    entryValidMs: cacheMs,
    attrValidMs: cacheMs,
    directIO: flags["no-cache"]!,
  };
}

function cacheTimeMs(seconds = "1"): number {
  const ms = Number(seconds) * 1000;
  if (ms >= 0 && Number.isFinite(ms)) return ms;
  throw new UsageError(`--cache-time ${seconds} is not a number of seconds`);
}

/** Leaves nothing mounted, whoever uses it. */
async function unmountByForce(session: Session): Promise<void> {
  try {
    await session.unmount();
  } catch (error) {
    if (!(error instanceof SyscallError && error.code === "EBUSY")) throw error;
    await session[Symbol.asyncDispose]();
    warn(`${session.mountpoint} was in use: unmounted by force`);
  }
}
