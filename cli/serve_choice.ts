import type { ServeMode } from "../fuse/mod.ts";
import { UsageError } from "./usage_error.ts";
import type { ParsedArgs } from "./parse.ts";

/** The options of a command line that decide how requests are served. */
export interface ServeChoice {
  /** The number of Workers, if any. */
  readonly workers: number | undefined;
  readonly mode: ServeMode;
  readonly passthrough: boolean;
  readonly overIoUring: boolean;
}

/**
 * Returns the options of serving. Blocking is the default, since the command
 * has nothing else to do on its thread.
 *
 * @throws {UsageError} If the mode or the number is not valid, or an option
 * cannot be combined with Workers.
 */
export function serveChoice({ flags, values }: ParsedArgs): ServeChoice {
  const { mode = "blocking", workers, record } = values;
  const passthrough = flags.passthrough!;
  const overIoUring = flags["io-uring"]!;
  if (mode !== "async" && mode !== "blocking") {
    throw new UsageError(`--mode ${mode} is neither async nor blocking`);
  }
  const choice = { mode, passthrough, overIoUring } as const;
  if (workers === undefined) return { workers, ...choice };
  if (!/^[1-9]\d{0,2}$/.test(workers)) {
    throw new UsageError(`--workers ${workers} is not a number from 1 to 999`);
  }
  if (flags.trace || overIoUring || record !== undefined) {
    throw new UsageError(
      "--trace, --record and --io-uring cannot be combined with --workers",
    );
  }
  const count = Number(workers);
  if (passthrough && count > 1) {
    throw new UsageError("--passthrough allows only one Worker");
  }
  return { workers: count, ...choice };
}

/**
 * Returns the URL of a module given by a path or a URL; `undefined` for a word
 * that is neither.
 */
export function moduleUrl(word: string): string | undefined {
  if (/^(https?|file|jsr|npm):/.test(word)) return word;
  if (!/\/|\.[jt]sx?$|\.m[jt]s$/.test(word)) return undefined;
  return new URL(encodeURI(word), `file://${encodeURI(Deno.cwd())}/`).href;
}
