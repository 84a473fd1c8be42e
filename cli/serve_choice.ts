import type { ServeMode } from "../fuse/mod.ts";
import { UsageError } from "./usage_error.ts";
import type { ParsedArgs } from "./parse.ts";

/** What of a command line says how requests are served. */
export interface ServeChoice {
  /** How many Workers, if any. */
  readonly workers: number | undefined;
  readonly mode: ServeMode;
  readonly passthrough: boolean;
  readonly overIoUring: boolean;
}

/**
 * Returns how to serve. The command does nothing else, so it owns its thread.
 *
 * @throws {UsageError} For a mode or a number that is none, and for what Workers
 * cannot do.
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
      "--trace, --record and --io-uring do not go with --workers",
    );
  }
  const count = Number(workers);
  if (passthrough && count > 1) {
    throw new UsageError("--passthrough excludes more than one Worker");
  }
  return { workers: count, ...choice };
}

/**
 * Returns the URL of a module that a command line names, by a path or a URL;
 * `undefined` for a word that names none.
 */
export function moduleUrl(word: string): string | undefined {
  if (/^(https?|file|jsr|npm):/.test(word)) return word;
  if (!/\/|\.[jt]sx?$|\.m[jt]s$/.test(word)) return undefined;
  return new URL(encodeURI(word), `file://${encodeURI(Deno.cwd())}/`).href;
}
