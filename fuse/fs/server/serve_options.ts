import { checkFunction, checkNumber, show } from "../../../ffi/internal.ts";
import type { ServeMode } from "../../conn/mod.ts";
import type {
  InitOptions,
  Request,
  RequestBase as AnyRequest,
} from "../../message/mod.ts";

/** The default time that the kernel may trust attributes and names. */
const DEFAULT_VALID_MS = 60_000;

/** Options of a server: what the kernel may cache, and where errors go. */
export interface ServeOptions {
  /**
   * The time in milliseconds that the kernel may cache a name. Default: 1
   * minute.
   */
  entryValidMs?: number;
  /**
   * The time in milliseconds that the kernel may cache attributes, unless the
   * node sets `attr.validMs`. Default: 1 minute.
   */
  attrValidMs?: number;
  /**
   * The time in milliseconds that the kernel may cache that a name does not
   * exist. Default: 0, so the kernel looks the name up each time.
   */
  negativeValidMs?: number;
  /**
   * Let file data bypass the kernel's page cache. Default: false. `mountFS` and
   * `mountModule` ask for `directIoAllowMmap` with it by default, so that files
   * can still be mapped.
   */
  directIO?: boolean;
  /**
   * Let the kernel keep a file's cached data when the file is opened again
   * (`FOPEN_KEEP_CACHE`). Unless mounted with `explicitInvalidateData`, the
   * kernel still drops the data when size or modification time have changed.
   * Default: false; a handler can set the flag for a single file.
   */
  keepCache?: boolean;
  /**
   * Let the kernel cache listings (`FOPEN_CACHE_DIR`), and reuse them while the
   * directory's modification time is unchanged. Default: false.
   */
  cacheDirectories?: boolean;
  /**
   * The way the server waits for requests.
   *
   * - `"async"`, the default, leaves the event loop free for the program's
   *   other work: the loop is blocked for a few milliseconds at most.
   * - `"blocking"` owns the thread: for a program, or a Worker, that does
   *   nothing but serve. The event loop does not run between requests, which
   *   saves time. Timers, signals and other events are up to 20 ms late while
   *   requests arrive, and on time otherwise. Promises of handlers settle as in
   *   the other mode, since the event loop runs while any of them is awaited.
   */
  mode?: ServeMode;
  /**
   * Let other processes read {@linkcode Server.stats}, as `hostkit top` does:
   * root and the user of this process, by the extended attribute
   * `user.hostkit.stats` of the root, as JSON. Default: false.
   */
  statsXattr?: boolean;
  /**
   * The time in milliseconds that the end of the session waits for handlers
   * that are still running. `Server.close()` first waits equally long for
   * handlers to finish by themselves. Default: 5 seconds.
   */
  drainMs?: number;
  /**
   * Called with each error of a handler that has no errno, which the caller
   * sees as EIO, and with each error of `release`, `forget` or `destroy` that
   * no caller waits for. Default: prints it to standard error.
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
 * @throws {RangeError} If a time is not a number.
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
 * Adds mount options that the server supports, unless they are set: READDIRPLUS
 * besides READDIR, and mappings of files with direct I/O.
 */
export function withMountDefaults<T extends ServeOptions & InitOptions>(
  options: T,
): T {
  const directIoAllowMmap = options.directIO ?? false;
  return { readdirplus: "auto", directIoAllowMmap, ...options };
}

/** Prints the arguments of {@linkcode ServeOptions.onError}. */
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
