import {
  ClockFS,
  type FS,
  HelloFS,
  MemFS,
  MirrorFS,
  type MirrorOptions,
  type ServeOptions,
  SqliteFS,
} from "../fuse/fs/mod.ts";
import { loadFS } from "../fuse/fs/workers/internal.ts";
import type { MountOptions } from "../fuse/mod.ts";
import { memoryOptions } from "./memory_options.ts";
import { warn } from "./output.ts";
import { expectOperands, type ParsedArgs, toMs } from "./parse.ts";
import { moduleUrl } from "./serve_choice.ts";
import { sourceName } from "./source_name.ts";
import { UsageError } from "./usage_error.ts";

type Options = MountOptions & ServeOptions;

/** A file system, the directory to mount it on, and the options. */
export interface Choice {
  readonly fs: FS;
  readonly dir: string | undefined;
  readonly options: Options;
  /** The module that Workers load, if Workers can serve this file system. */
  readonly module?: WorkerModule | undefined;
}

/** A module that each Worker loads. */
interface WorkerModule {
  readonly url: string;
  readonly data?: unknown;
}

/** A kind of file system. */
interface Kind {
  /** The operand before DIR, if any. */
  readonly takes?: "SOURCE" | "FILE";
  /** The options of {@linkcode SPECIAL} that apply. */
  readonly uses?: readonly Special[];
  /**
   * The default mount options, overridden by the file system and the command
   * line.
   */
  readonly options: Options;
  make(source: string, dir: string | undefined, parsed: ParsedArgs): Made;
}

type Made = Pick<Choice, "fs" | "module">;

/** Options that apply only to some kinds. */
const SPECIAL = [
  "size",
  "inodes",
  "workers",
  "passthrough",
  "no-xattrs",
  "export",
] as const;
type Special = typeof SPECIAL[number];
/** The special options of a module. */
const OF_MODULES: readonly Special[] = ["workers", "passthrough"];
const LIMITS: readonly Special[] = ["size", "inodes"];

/** Short cache times, for files that other programs may change. */
const CHANGING: Options = { entryValidMs: 1000, attrValidMs: 1000 };

const KINDS: Readonly<Record<string, Kind>> = {
  hello: { options: { readOnly: true }, make: () => ({ fs: new HelloFS() }) },
  clock: { options: { readOnly: true }, make: () => ({ fs: new ClockFS() }) },
  memory: {
    uses: LIMITS,
    options: {},
    make: (_source, _dir, { values }) => ({
      fs: new MemFS(memoryOptions(values)),
    }),
  },
  mirror: {
    takes: "SOURCE",
    uses: [...OF_MODULES, "no-xattrs", "export"],
    options: {},
    make(source, dir, { flags, values }) {
      const options: MirrorOptions = {
        xattrs: !flags["no-xattrs"],
        noAtime: flags["no-atime"]! || flags["read-only"]!,
        exports: flags.export!,
        ...dir !== undefined && { exclude: dir },
        ...Number(values.workers) > 1 && { shared: MirrorFS.share() },
      };
      const url = import.meta.resolve("../fuse/fs/mirror/module.ts");
      return {
        fs: new MirrorFS(source, options),
        module: { url, data: { source, ...options } },
      };
    },
  },
  sqlite: {
    takes: "FILE",
    uses: LIMITS,
    options: {},
    make: (file, _dir, { flags, values }) => ({
      fs: new SqliteFS(file, {
        ...memoryOptions(values),
        noAtime: flags["no-atime"]! || flags["read-only"]!,
        report: warn,
      }),
    }),
  },
};

/**
 * Creates the file system that a command line names.
 *
 * @param parsed The command line.
 * @param where `["DIR"]` if the last operand is the mount point, else `[]`.
 */
export async function chooseFileSystem(
  parsed: ParsedArgs,
  where: readonly "DIR"[],
): Promise<Choice> {
  const [name, ...operands] = parsed.operands;
  if (name === undefined) {
    const names = Object.keys(KINDS).join(", ");
    throw new UsageError(`name a file system: ${names}, or ./a_module.ts`);
  }
  const url = moduleUrl(name);
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (kind === undefined && url === undefined) {
    throw new UsageError(`unknown file system ${name}`);
  }
  checkSpecialOptions(
    name,
    kind === undefined ? OF_MODULES : kind.uses,
    parsed,
  );
  const takes = kind?.takes;
  const wanted = takes === undefined ? [...where] : [takes, ...where];
  const words = expectOperands(name, operands, wanted);
  const what = takes === undefined ? name : words[0]!;
  const dir = where.length > 0 ? words.at(-1) : undefined;
  const { fs, module }: Made = kind?.make(what, dir, parsed) ??
    { fs: await loadFS(url!), module: { url: url! } };
  const own: Options = {
    ...kind?.options ?? CHANGING,
    ...(fs as { mountOptions?: Options }).mountOptions,
  };
  return {
    fs,
    dir,
    module,
    options: {
      fsName: sourceName(takes === undefined ? undefined : what, url) ?? name,
      ...own,
      ...givenOptions(parsed),
      ...cacheOptions(parsed, own),
    },
  };
}

/**
 * Refuses options that have no effect on this kind, or contradict each other.
 */
function checkSpecialOptions(
  name: string,
  uses: readonly Special[] = [],
  { flags, values }: ParsedArgs,
): void {
  const useless = SPECIAL.find((option) =>
    !uses.includes(option) && (flags[option] || values[option])
  );
  if (useless !== undefined) {
    throw new UsageError(`--${useless} does not apply to ${name}`);
  }
  if (flags.export && Number(values.workers) > 1) {
    throw new UsageError("--export allows only one Worker");
  }
  if (flags["no-xattrs"] && flags["allow-other"]) {
    throw new UsageError(
      "--no-xattrs cannot be combined with --allow-other: other users could " +
        "bypass access control lists",
    );
  }
}

/** Returns the mount options that the command line sets. */
function givenOptions({ flags, values }: ParsedArgs): Options {
  const { context, fsname: fsName } = values;
  return {
    ...flags["read-only"] && { readOnly: true },
    ...flags["allow-other"] && { allowOther: true },
    ...flags["default-permissions"] && { defaultPermissions: true },
    ...flags.dev && { allowDev: true },
    ...flags.suid && { allowSuid: true },
    ...flags["auto-unmount"] && { autoUnmount: true },
    ...flags["no-exec"] && { noExec: true },
    ...flags["no-atime"] && { noAtime: true },
    ...flags["strict-atime"] && { strictAtime: true },
    ...flags.sync && { sync: true },
    ...flags["dir-sync"] && { dirSync: true },
    ...context !== undefined && { context },
    ...fsName !== undefined && { fsName },
  };
}

/** Returns the cache options that the command line sets. */
function cacheOptions({ flags, values }: ParsedArgs, own: Options): Options {
  const cacheTime = values["cache-time"];
  const noCache = flags["no-cache"]!;
  if (cacheTime === undefined && !noCache) return {};
  const validMs = noCache ? 0 : toMs("cache-time", cacheTime!);
  return {
    entryValidMs: validMs,
    attrValidMs: validMs,
    negativeValidMs: own.negativeValidMs ? validMs : 0,
    ...noCache && {
      directIO: true,
      keepCache: false,
      cacheDirectories: false,
      cacheSymlinks: false,
    },
  };
}
