import type { MountOptions } from "../fuse/mod.ts";
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
import { loadFS } from "../fuse/fs/load_fs.ts";
import { memoryOptions } from "./memory_options.ts";
import { warn } from "./output.ts";
import { expectOperands, type ParsedArgs, toMs } from "./parse.ts";
import { moduleUrl } from "./serve_choice.ts";
import { sourceName } from "./source_name.ts";
import { UsageError } from "./usage_error.ts";

type Options = MountOptions & ServeOptions;

/** A file system, where it goes, and how. */
export interface Choice {
  readonly fs: FS;
  readonly dir: string | undefined;
  readonly options: Options;
  /** The same for Workers, where they can serve it. */
  readonly module?: WorkerModule | undefined;
}

/** What each Worker loads. */
interface WorkerModule {
  readonly url: string;
  readonly data?: unknown;
}

/** What there is to know of a kind of file system. */
interface Kind {
  /** What it takes beside DIR. */
  readonly takes?: "SOURCE" | "FILE";
  /** Which of {@linkcode SPECIAL} it can use. */
  readonly uses?: readonly Special[];
  /** How it is mounted, if neither the command line nor itself says so. */
  readonly options: Options;
  make(what: string, dir: string | undefined, parsed: ParsedArgs): Made;
}

type Made = Pick<Choice, "fs" | "module">;

/** Options that only some kinds can use. */
const SPECIAL = [
  "size",
  "inodes",
  "workers",
  "passthrough",
  "no-xattrs",
  "export",
] as const;
type Special = typeof SPECIAL[number];
/** Those of a module, and of what may be one. */
const OF_MODULES: readonly Special[] = ["workers", "passthrough"];
const LIMITS: readonly Special[] = ["size", "inodes"];

/** What others may change behind its back, the kernel soon asks for again. */
const CHANGING: Options = { entryValidMs: 1000, attrValidMs: 1000 };

const KINDS: Readonly<Record<string, Kind>> = {
  hello: { options: { readOnly: true }, make: () => ({ fs: new HelloFS() }) },
  clock: { options: { readOnly: true }, make: () => ({ fs: new ClockFS() }) },
  memory: {
    uses: LIMITS,
    options: {},
    make: (_what, _dir, { values }) => ({
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
      const url = import.meta.resolve("../fuse/fs/mirror_module.ts");
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
 * Makes the file system that a command line names.
 *
 * @param parsed The command line.
 * @param where `["DIR"]` if it ends in a directory to mount on, else `[]`.
 */
export async function chooseFileSystem(
  parsed: ParsedArgs,
  where: readonly "DIR"[],
): Promise<Choice> {
  const [name, ...operands] = parsed.operands;
  if (name === undefined) {
    const names = Object.keys(KINDS).join(", ");
    throw new UsageError(`which file system? ${names}, or ./a_module.ts`);
  }
  const url = moduleUrl(name);
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (kind === undefined && url === undefined) {
    throw new UsageError(`no file system is called ${name}`);
  }
  refuseUseless(name, kind === undefined ? OF_MODULES : kind.uses, parsed);
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

/** Refuses options that would change nothing, or undo what the source says. */
function refuseUseless(
  name: string,
  uses: readonly Special[] = [],
  { flags, values }: ParsedArgs,
): void {
  const useless = SPECIAL.find((option) =>
    !uses.includes(option) && (flags[option] || values[option])
  );
  if (useless !== undefined) {
    throw new UsageError(`${name} has no use for --${useless}`);
  }
  if (flags.export && Number(values.workers) > 1) {
    throw new UsageError("--export excludes more than one Worker");
  }
  if (flags["no-xattrs"] && flags["allow-other"]) {
    throw new UsageError(
      "--no-xattrs would let others past access control lists: not with " +
        "--allow-other",
    );
  }
}

/** What the command line says; what it does not say is left to the others. */
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
    ...flags.sync && { sync: true },
    ...flags["dir-sync"] && { dirSync: true },
    ...context !== undefined && { context },
    ...fsName !== undefined && { fsName },
  };
}

/** What the command line says of the kernel's cache. */
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
