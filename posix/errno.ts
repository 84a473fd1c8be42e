import { errnoName } from "../ffi/errno.ts";
import { ERRNO_HELP } from "./_errno_help.ts";

export { errnoName, errnoString } from "../ffi/errno.ts";

/** The width that fits a terminal, and a mail that quotes it. */
const COLUMNS = 78;

/**
 * Returns what an error number means in practice: usual causes, and what to do.
 *
 * @param errno A positive error number of this platform.
 * @returns A paragraph of lines of at most 78 characters, or `""` when the
 * number is not known.
 *
 * @example Usage
 * ```ts
 * import { ENOENT, errnoHelp } from "@hostkit/hostkit/posix";
 *
 * console.assert(errnoHelp(ENOENT).includes("does not exist"));
 * ```
 */
export function errnoHelp(errno: number): string {
  return wrap(ERRNO_HELP[errnoName(errno)] ?? "");
}

function wrap(text: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = word;
    } else line += line === "" ? word : ` ${word}`;
  }
  return [...lines, line].join("\n");
}
