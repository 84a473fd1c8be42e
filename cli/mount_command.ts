import { SyscallError } from "../ffi/mod.ts";
import {
  clearDeadMount,
  FUSE_OVER_IO_URING,
  type MountOptions,
  type Request,
  type TraceOptions,
} from "../fuse/mod.ts";
import {
  ClockFS,
  type ModuleSession,
  mountFS,
  mountModule,
  type ServeOptions,
  Session,
} from "../fuse/fs/mod.ts";
import { printError } from "../fuse/fs/serve_options.ts";
import { Strace } from "../fuse/strace.ts";
import { type Choice, chooseFileSystem } from "./choose_file_system.ts";
import { printUsage, say, warn, write } from "./output.ts";
import { type OptionNames, parse, type ParsedArgs } from "./parse.ts";
import { type ServeChoice, serveChoice } from "./serve_choice.ts";
import { statsText } from "./stats_text.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const NO_IO_URING = "requests do not come through io_uring: that needs Linux " +
  "6.14, Y in /sys/module/fuse/parameters/enable_uring before the mount, and " +
  "io_uring_setup(2) to be allowed";

const NO_PERMISSIONS = "--allow-other without --default-permissions: nobody " +
  "checks permissions but the module itself";

/** How the command is called. */
export const MOUNT_USAGE = `\
Usage: hostkit mount hello DIR [options]
       hostkit mount clock DIR [options]
       hostkit mount memory DIR [--size BYTES] [--inodes NUMBER] [options]
       hostkit mount mirror SOURCE DIR [options]
       hostkit mount sqlite FILE DIR [--size BYTES] [--inodes NUMBER] [options]
       hostkit mount ./MODULE.ts DIR [options]

Mounts a file system on DIR, an empty directory, and serves it until it is
unmounted: by Ctrl-C, SIGTERM, or "hostkit unmount DIR". An ordinary user needs
fusermount3, of the package fuse3.

  hello                 one file that says hello
  clock                 one file that tells the time
  memory                an empty file system, lost when it is unmounted
  mirror                the directory SOURCE as it is
  sqlite                the file system in the database FILE, made if need be
  ./MODULE.ts           the file system that a module exports as default or fs,
                        or that the function returns which it exports

  --read-only           refuse every change, as hello and clock do anyway
  --no-cache            let the kernel keep no names, attributes or data
  --cache-time SECONDS  for how long it keeps names and attributes (default 1
                        for a mirror or a module, 60 for the others)
  --allow-other         let other users in
  --auto-unmount        unmount even if this command is killed
  --default-permissions let the kernel check permissions by mode and owner
  --dev                 let device nodes work
  --suid                let set-user-ID bits take effect
  --no-exec             let no program be executed
  --no-atime            do not update the time of last access
  --sync, --dir-sync    let each write, or change of a directory, be stored
  --context CONTEXT     the SELinux context of all files
  --fsname NAME         what mount(8) shows as the source (default the real path
                        of SOURCE, FILE or MODULE, else the kind)
  --size BYTES          how much memory or sqlite may hold, e.g. 512M (default
                        half of the memory; what is free around FILE)
  --inodes NUMBER       how many files (default 1048576; 4294967296)
  --mode MODE           async, or blocking (default), which does nothing else
  --workers NUMBER      serve a mirror or a module by so many Workers
  --io-uring            exchange requests through io_uring where the kernel's
                        administrator has switched it on
  --passthrough         let the kernel read and write a mirror's files itself
  --no-xattrs           a mirror without extended attributes, which spares the
                        kernel to ask for them before each write that is passed
                        through; not with --allow-other, since it shows no
                        access control lists; "hostkit top" cannot look into it
  --export              a mirror whose file handles last, for NFS, as those of
                        memory and sqlite do anyway
  --trace               print every request and its answer to standard error
  --record FILE         write every message into FILE, for "hostkit replay"
  --stats               print what was done to standard error at the end

A file system's own mountOptions hold where no option here says otherwise.
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
 * Runs `hostkit mount`; returns the exit status once it is unmounted: 1 if
 * something failed at the end.
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
        "gone, killed perhaps; its dead mount is cleared",
    );
  }
  if (letsEverybodyIn(choice)) warn(NO_PERMISSIONS);
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

/** Whether others may do what the file system's own code does not refuse. */
function letsEverybodyIn({ module, options }: Choice): boolean {
  return module !== undefined && options.allowOther === true &&
    options.defaultPermissions !== true;
}

/** Mounts, and serves as the command line says. */
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
