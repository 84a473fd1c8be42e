import { errnoName } from "../ffi/internal.ts";
import { ERRNO_HELP } from "./_errno_help.ts";

export { errnoName, errnoString } from "../ffi/internal.ts";

/** The maximum line length, which fits a terminal and a quoted mail. */
const COLUMNS = 78;

/**
 * Explains an error number: its usual causes and remedies.
 *
 * @param errno A positive error number of this platform.
 * @returns A paragraph in lines of at most 78 characters, or `""` if the number
 * is unknown.
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
