import { checkFunction, checkNumber, show } from "../../../ffi/internal.ts";
import type { ServeMode } from "../../conn/mod.ts";
import type {
  InitOptions,
  Request,
  RequestBase as AnyRequest,
} from "../../message/mod.ts";

/** How long the kernel may trust attributes and names unless told otherwise. */
const DEFAULT_VALID_MS = 60_000;

/** What the server tells the kernel to cache, and where it reports defects. */
export interface ServeOptions {
  /**
   * How long the kernel may trust a name, in milliseconds. Default: 1 minute.
   */
  entryValidMs?: number;
  /**
   * How long the kernel may trust attributes, in milliseconds, unless the node
   * sets `attr.validMs`. Default: 1 minute.
   */
  attrValidMs?: number;
  /**
   * How long the kernel may trust that there is no such name, in milliseconds.
   * Default: 0, it asks each time.
   */
  negativeValidMs?: number;
  /**
   * Let file data bypass the kernel's page cache. Default: false. `mountFS` and
   * `mountModule` ask for `directIoAllowMmap` with it unless told otherwise, so
   * that files can be mapped all the same.
   */
  directIO?: boolean;
  /**
   * Let the kernel keep a file's data when it is opened anew
   * (`FOPEN_KEEP_CACHE`). Unless mounted with `explicitInvalidateData`, it drops
   * the data all the same when size or modification time have changed.
   * Default: false, though a handler can say so of one file.
   */
  keepCache?: boolean;
  /**
   * Let the kernel keep listings (`FOPEN_CACHE_DIR`), and use them again as
   * long as the directory's modification time is the same. Default: false.
   */
  cacheDirectories?: boolean;
  /**
   * How the server waits for requests.
   *
   * - `"async"`, the default, leaves the event loop free for whatever else the
   *   program does: it is blocked for a few milliseconds at most.
   * - `"blocking"` owns the thread: for a program, or a Worker, that does nothing
   *   but serve. It spares turns of the event loop between requests. Timers,
   *   signals and what else comes through the event loop are up to 20 ms late
   *   while requests come, and on time otherwise; promises of handlers settle as
   *   in the other mode, since the event loop turns while one is awaited.
   */
  mode?: ServeMode;
  /**
   * Let other processes read {@linkcode Server.stats}, as `hostkit top` does:
   * root and the user of this process, by the extended attribute
   * `user.hostkit.stats` of the root, as JSON. Default: false.
   */
  statsXattr?: boolean;
  /**
   * How long the end of the session waits for handlers that are still at work,
   * in milliseconds. `Server.close()` waits as long before, for them to
   * finish of their own. Default: 5 seconds.
   */
  drainMs?: number;
  /**
   * Called with what a handler threw that names no errno, which the caller
   * sees as EIO, and with whatever `release`, `forget` or `destroy` threw when
   * nobody waited. Default: prints it to standard error.
   */
  onError?: (error: unknown, request?: Request) => void;
}

/** Options with every default filled in. */
export type FullServeOptions = Required<ServeOptions> & {
  readonly onError: (error: unknown, request?: AnyRequest) => void;
};

const TIMES = [
  "entryValidMs",
  "attrValidMs",
  "negativeValidMs",
  "drainMs",
] as const;

/**
 * Checks options, before anything is mounted.
 *
 * @throws {RangeError} If a time is no number.
 * @throws {TypeError} If `mode` is unknown, or `onError` not a function.
 */
export function checkServeOptions(options: ServeOptions): void {
  const { onError = printError, mode = "async" } = options;
  for (const name of TIMES) {
    const value = options[name];
    if (value !== undefined) checkNumber(name, value);
  }
  checkFunction("onError", onError);
  if (mode === "async" || mode === "blocking") return;
  throw new TypeError(`Cannot serve with mode ${show(mode)}`);
}

/** Returns options with every default filled in. */
export function withDefaults(options: ServeOptions): FullServeOptions {
  checkServeOptions(options);
  const { onError = printError } = options;
  return {
    entryValidMs: DEFAULT_VALID_MS,
    attrValidMs: DEFAULT_VALID_MS,
    negativeValidMs: 0,
    directIO: false,
    keepCache: false,
    cacheDirectories: false,
    mode: "async",
    statsXattr: false,
    drainMs: 5000,
    ...options,
    onError: (error: unknown, request?: AnyRequest) => {
      try {
        onError(error, request as Request | undefined);
      } catch (defect) {
        // A report that fails must not end the server.
        printError(error, request);
        printError(defect, request);
      }
    },
  };
}

/**
 * Asks the kernel for what the server can do, unless told otherwise: listings of
 * both kinds, and mappings of files that bypass the cache.
 */
export function withMountDefaults<T extends ServeOptions & InitOptions>(
  options: T,
): T {
  const directIoAllowMmap = options.directIO ?? false;
  return { readdirplus: "auto", directIoAllowMmap, ...options };
}

/** Prints what {@linkcode ServeOptions.onError} is called with. */
export function printError(error: unknown, request?: AnyRequest): void {
  const where = `hostkit: ${request ?? "at the end"}:`;
  try {
    // deno-lint-ignore no-console -- where a defect goes unless told otherwise
    console.error(where, error);
  } catch {
    // deno-lint-ignore no-console -- some errors cannot even be printed
    console.error(where, "an error that cannot be printed");
  }
}
