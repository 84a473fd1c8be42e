import { SyscallError } from "../ffi/mod.ts";
import {
  ClockFS,
  type ModuleSession,
  mountFS,
  mountModule,
  type ServeOptions,
  Session,
} from "../fuse/fs/mod.ts";
import { printError } from "../fuse/fs/server/internal.ts";
import {
  clearDeadMount,
  FUSE_OVER_IO_URING,
  type MountOptions,
  type Request,
  type TraceOptions,
} from "../fuse/mod.ts";
import { Strace } from "../fuse/trace/internal.ts";
import { type Choice, chooseFileSystem } from "./choose_file_system.ts";
import { printUsage, say, warn, write } from "./output.ts";
import { type OptionNames, parse, type ParsedArgs } from "./parse.ts";
import { type ServeChoice, serveChoice } from "./serve_choice.ts";
import { statsText } from "./stats_text.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const NO_IO_URING = "requests do not come through io_uring: that needs Linux " +
  "6.14, Y in /sys/module/fuse/parameters/enable_uring before the mount, and " +
  "permission to call io_uring_setup(2)";

const NO_PERMISSIONS = "--allow-other without --default-permissions: only " +
  "the module itself checks permissions";

/** The help text of `hostkit mount`. */
export const MOUNT_USAGE = `\
Usage: hostkit mount hello DIR [options]
       hostkit mount clock DIR [options]
       hostkit mount memory DIR [--size BYTES] [--inodes NUMBER] [options]
       hostkit mount mirror SOURCE DIR [options]
       hostkit mount sqlite FILE DIR [--size BYTES] [--inodes NUMBER] [options]
       hostkit mount ./MODULE.ts DIR [options]

Mounts a file system on DIR, an empty directory, and serves it until Ctrl-C,
SIGTERM or "hostkit unmount DIR" unmounts it. An ordinary user needs fusermount3
of the package fuse3.

  hello                 one file with a greeting
  clock                 one file that tells the time
  memory                an empty file system, lost when it is unmounted
  mirror                the contents of the directory SOURCE
  sqlite                the file system in the database FILE, created if missing
  ./MODULE.ts           the file system that a module exports as default or fs,
                        or a function that returns it

  --read-only           refuse every change; hello and clock always do
  --no-cache            keep the kernel from caching names, attributes and data
  --cache-time SECONDS  how long the kernel caches names and attributes (default
                        1 for a mirror or a module, 60 for other kinds)
  --allow-other         let other users access the mount
  --auto-unmount        unmount even if this command is killed
  --default-permissions let the kernel check permissions by mode and owner
  --dev                 let device nodes take effect
  --suid                let set-user-ID bits take effect
  --no-exec             refuse to execute programs
  --no-atime            do not update access times
  --strict-atime        update them whenever a file is opened and read
  --sync, --dir-sync    store each write, or change of a directory, at once
  --context CONTEXT     the SELinux context of all files
  --fsname NAME         the source that mount(8) shows (default: the real path
                        of SOURCE, FILE or MODULE, or else the kind)
  --size BYTES          the capacity of memory or sqlite, e.g. 512M (default:
                        half of the RAM for memory, the free disk space for
                        sqlite)
  --inodes NUMBER       the most files (default 1048576 for memory, 4294967296
                        for sqlite)
  --mode MODE           async, or blocking (default), which only serves
  --workers NUMBER      serve a mirror or a module with this many Workers
  --io-uring            exchange requests through io_uring if the kernel's
                        administrator has enabled it
  --passthrough         let the kernel read and write a mirror's files directly
  --no-xattrs           show no extended attributes of a mirror; the kernel then
                        skips the GETXATTR before each write with --passthrough.
                        Excludes --allow-other, since access control lists are
                        hidden too, and "hostkit top"
  --export              keep a mirror's file handles valid for NFS; memory and
                        sqlite always do
  --trace               print every request and its response to standard error
  --record FILE         write every message into FILE, for "hostkit replay"
  --stats               print statistics to standard error at the end

These options override the mountOptions of the file system.
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
    "export",
    "suid",
    "no-exec",
    "no-atime",
    "strict-atime",
    "no-xattrs",
    "sync",
    "dir-sync",
    "io-uring",
    "passthrough",
    "stats",
    "trace",
  ],
  string: [
    "cache-time",
    "context",
    "fsname",
    "inodes",
    "mode",
    "record",
    "size",
    "workers",
  ],
} satisfies OptionNames;

/**
 * Runs `hostkit mount` until it is unmounted; returns the exit status, which is
 * 1 if the session ended with an error.
 */
export async function mountCommand(args: string[]): Promise<number> {
  const parsed = await parse(args, MOUNT_OPTIONS);
  if (parsed.flags.help) return printUsage(MOUNT_USAGE);
  const serving = serveChoice(parsed);
  const choice = await chooseFileSystem(parsed, ["DIR"]);
  const { dir = "" } = choice;
  const dead = await clearDeadMount(dir);
  if (dead !== undefined) {
    warn(
      `${dead.mountpoint}: the server of ${dead.source} (${dead.type}) is ` +
        "gone, perhaps killed; removed its dead mount",
    );
  }
  if (skipsPermissionChecks(choice)) warn(NO_PERMISSIONS);
  const { promise: signalled, resolve } = Promise.withResolvers<void>();
  const onSignal = (): void => resolve();
  for (const signal of SIGNALS) Deno.addSignalListener(signal, onSignal);
  let status = 0;
  const onError = (error: unknown, request?: Request): void => {
    if (request === undefined) status = 1;
    if (error instanceof SyscallError && request === undefined) {
      warn(error.message);
    } else printError(error, request);
  };
  try {
    const session = await start(dir, choice, serving, {
      ...serving.workers === undefined && { onError },
      subtype: "hostkit",
      statsXattr: !parsed.flags["no-xattrs"],
      ...choice.options,
      ...traceOptions(parsed),
    });
    try {
      if (choice.fs instanceof ClockFS && session instanceof Session) {
        choice.fs.start(session.server);
      }
      const name = parsed.operands.slice(0, -1).join(" ");
      say(`mounted ${name} on ${session.mountpoint}; Ctrl-C unmounts`);
      if (serving.overIoUring && !isOverIoUring(session)) warn(NO_IO_URING);
      await Promise.race([signalled, session.closed]);
    } finally {
      await unmountByForce(session);
      if (parsed.flags.stats) {
        const stats = session instanceof Session
          ? session.server.stats
          : await session.stats();
        write(Deno.stderr, statsText(stats));
      }
    }
  } finally {
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, onSignal);
  }
  return status;
}

/**
 * Whether other users may do all that the file system's own code does not
 * refuse.
 */
function skipsPermissionChecks({ module, options }: Choice): boolean {
  return module !== undefined && options.allowOther === true &&
    options.defaultPermissions !== true;
}

/** Mounts the file system, and serves it as the command line says. */
async function start(
  dir: string,
  { fs, module }: Choice,
  { workers, ...how }: ServeChoice,
  rest: MountOptions & ServeOptions,
): Promise<Session | ModuleSession> {
  const options = { ...rest, ...how };
  if (workers === undefined) return await mountFS(dir, fs, options);
  const { url, data } = module!;
  return await mountModule(dir, url, { ...options, workers, data });
}

function isOverIoUring({ conn }: Session | ModuleSession): boolean {
  return (conn.features & FUSE_OVER_IO_URING) !== 0n;
}

/** Returns the options that trace or record the session. */
export function traceOptions(
  { flags, values: { record } }: ParsedArgs,
): TraceOptions {
  const strace = new Strace((text) => write(Deno.stderr, text));
  return {
    ...flags.trace ? { debug: (message) => strace.add(message) } : {},
    ...record === undefined ? {} : { record },
  };
}

/** Unmounts the session, even if programs use it. */
async function unmountByForce(
  session: Session | ModuleSession,
): Promise<void> {
  try {
    await session.unmount();
  } catch (error) {
    if (!(error instanceof SyscallError && error.code === "EBUSY")) throw error;
    await session[Symbol.asyncDispose]();
    warn(`${session.mountpoint} was in use: unmounted by force`);
  }
}
