import { DEFAULT_VALID_MS } from "../attr.ts";
import type { Request } from "../request.ts";

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
  /** Let file data bypass the kernel's page cache. Default: false. */
  directIO?: boolean;
  /**
   * Called with what a handler threw that names no errno, which the caller
   * sees as EIO, and with whatever `release`, `forget` or `destroy` threw when
   * nobody waited. Default: prints it to standard error.
   */
  onError?: (error: unknown, request?: Request) => void;
}

/** Returns options with every default filled in. */
export function withDefaults(options: ServeOptions): Required<ServeOptions> {
  const { onError = printError } = options;
  return {
    entryValidMs: DEFAULT_VALID_MS,
    attrValidMs: DEFAULT_VALID_MS,
    negativeValidMs: 0,
    directIO: false,
    ...options,
    onError: (error, request) => {
      try {
        onError(error, request);
      } catch (defect) {
        // A report that fails must not end the server.
        printError(error, request);
        printError(defect, request);
      }
    },
  };
}

function printError(error: unknown, request?: Request): void {
  const where = `hostkit: ${request ?? "at the end"}:`;
  try {
    // deno-lint-ignore no-console -- where a defect goes unless told otherwise
    console.error(where, error);
  } catch {
    // deno-lint-ignore no-console -- some errors cannot even be printed
    console.error(where, "an error that cannot be printed");
  }
}
