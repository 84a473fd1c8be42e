import { SyscallError } from "../ffi/mod.ts";
import {
  clearDeadMount,
  type MountOptions,
  type TraceOptions,
} from "../fuse/mod.ts";
import {
  type FS,
  HelloFS,
  MemFS,
  MirrorFS,
  mountFS,
  type ServeOptions,
  type Session,
  SqliteFS,
} from "../fuse/fs/mod.ts";
import { Strace } from "../fuse/strace.ts";
import { memoryOptions } from "./memory_options.ts";
import { printUsage, say, warn, write } from "./output.ts";
import {
  expectOperands,
  type OptionNames,
  parse,
  type ParsedArgs,
  toMs,
} from "./parse.ts";
import { UsageError } from "./usage_error.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** How the command is called. */
export const MOUNT_USAGE = `\
Usage: hostkit mount hello DIR [options]
       hostkit mount memory DIR [--size BYTES] [--inodes NUMBER] [options]
       hostkit mount mirror SOURCE DIR --read-only [options]
       hostkit mount sqlite FILE DIR [--size BYTES] [--inodes NUMBER] [options]

Mounts a file system on DIR, an empty directory, and serves it until it is
unmounted: by Ctrl-C, SIGTERM, or "hostkit unmount DIR". An ordinary user needs
fusermount3, of the package fuse3.

  hello                 one file that says hello
  memory                an empty file system, lost when it is unmounted
  mirror                the directory SOURCE as it is
  sqlite                the file system in the database FILE, made if need be

  --read-only           refuse every change; hello is read-only as it is
  --no-cache            let the kernel keep no names, attributes or data
  --cache-time SECONDS  for how long it keeps names and attributes (default 1)
  --allow-other         let other users in
  --auto-unmount        unmount even if this command is killed
  --default-permissions let the kernel check permissions by mode and owner
  --dev                 let device nodes work
  --suid                let set-user-ID bits take effect
  --no-exec             let no program be executed
  --no-atime            do not update the time of last access
  --sync, --dir-sync    let each write, or change of a directory, be stored
  --context CONTEXT     the SELinux context of all files
  --fsname NAME         what mount(8) shows as the source
  --size BYTES          how much memory or sqlite may hold, e.g. 512M (default
                        half of the memory; what is free around FILE)
  --inodes NUMBER       how many files (default 1048576; 4294967296)
  --trace               print every request and its answer to standard error
  --record FILE         write every message into FILE, for "hostkit replay"
`;

/** The options of a mount. */
export const MOUNT_OPTIONS = {
  boolean: [
    "read-only",
    "no-cache",
    "allow-other",
    "auto-unmount",
    "default-permissions",
    "dev",
    "suid",
    "no-exec",
    "no-atime",
    "sync",
    "dir-sync",
    "trace",
  ],
  string: ["cache-time", "context", "fsname", "record", "size", "inodes"],
} satisfies OptionNames;

/** Runs `hostkit mount`; returns the exit status once it is unmounted. */
export async function mountCommand(args: string[]): Promise<number> {
  const parsed = parse(args, MOUNT_OPTIONS);
  if (parsed.flags.help) return printUsage(MOUNT_USAGE);
  const { fs, dir = "", options } = chooseFileSystem(parsed, ["DIR"]);
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
      statsXattr: true,
      ...options,
      ...traceOptions(parsed),
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

/** A file system, where it goes, and how. */
interface Choice {
  fs: FS;
  dir: string | undefined;
  options: MountOptions & ServeOptions;
}

/**
 * Makes the file system that a command line names.
 *
 * @param where `["DIR"]` if it ends in a directory to mount on, else `[]`.
 */
export function chooseFileSystem(
  parsed: ParsedArgs,
  where: readonly "DIR"[],
): Choice {
  const { operands, flags, values } = parsed;
  const [kind, ...rest] = operands;
  switch (kind) {
    case "hello": {
      const [dir] = expectOperands(kind, rest, [...where]);
      const fsName = values.fsname ?? kind;
      return {
        fs: new HelloFS(),
        dir,
        options: { ...commonOptions(parsed), readOnly: true, fsName },
      };
    }
    case "memory": {
      const [dir] = expectOperands(kind, rest, [...where]);
      const fs = new MemFS(memoryOptions(values));
      const { negativeValidMs = 0, ...options } = fs.mountOptions;
      return {
        fs,
        dir,
        options: {
          ...commonOptions(parsed),
          ...options,
          negativeValidMs: flags["no-cache"] ? 0 : negativeValidMs,
          fsName: values.fsname ?? kind,
        },
      };
    }
    case "mirror": {
      const names = ["SOURCE", ...where];
      const [source, dir] = expectOperands(kind, rest, names);
      if (!flags["read-only"]) {
        throw new UsageError("a mirror is read-only so far: add --read-only");
      }
      return {
        fs: new MirrorFS(source!, dir === undefined ? {} : { exclude: dir }),
        dir,
        options: {
          ...commonOptions(parsed),
          readOnly: true,
          // The source is opened as the user who mounts: others get no more
          // than its modes and ACLs give them.
          posixAcl: flags["allow-other"]!,
          fsName: values.fsname ?? source!,
        },
      };
    }
    case "sqlite": {
      const [file, dir] = expectOperands(kind, rest, ["FILE", ...where]);
      const fs = new SqliteFS(file!, {
        ...memoryOptions(values),
        noAtime: flags["no-atime"]! || flags["read-only"]!,
      });
      const { negativeValidMs = 0, ...options } = fs.mountOptions;
      return {
        fs,
        dir,
        options: {
          ...commonOptions(parsed),
          ...options,
          negativeValidMs: flags["no-cache"] ? 0 : negativeValidMs,
          fsName: values.fsname ?? file!,
        },
      };
    }
    case undefined:
      throw new UsageError(
        "which file system? hello, memory, mirror or sqlite",
      );
    default:
      throw new UsageError(`no file system is called ${kind}`);
  }
}

function commonOptions(
  { flags, values }: ParsedArgs,
): MountOptions & ServeOptions {
  const { "cache-time": cacheTime = "1", context } = values;
  const cacheMs = flags["no-cache"] ? 0 : toMs("cache-time", cacheTime);
  return {
    readOnly: flags["read-only"]!,
    allowOther: flags["allow-other"]!,
    defaultPermissions: flags["default-permissions"]!,
    allowDev: flags.dev!,
    allowSuid: flags.suid!,
    autoUnmount: flags["auto-unmount"]!,
    noExec: flags["no-exec"]!,
    noAtime: flags["no-atime"]!,
    sync: flags.sync!,
    dirSync: flags["dir-sync"]!,
    ...context === undefined ? {} : { context },
    entryValidMs: cacheMs,
    attrValidMs: cacheMs,
    directIO: flags["no-cache"]!,
  };
}

/** Who listens to the session. */
export function traceOptions(
  { flags, values: { record } }: ParsedArgs,
): TraceOptions {
  const strace = new Strace((text) => write(Deno.stderr, text));
  return {
    ...flags.trace ? { debug: (message) => strace.add(message) } : {},
    ...record === undefined ? {} : { record },
  };
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
