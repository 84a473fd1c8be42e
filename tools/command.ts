/**
 * Helpers of the commands in this folder.
 *
 * @module
 */

/** The URL of the repository. */
export const ROOT = new URL("../", import.meta.url);

/** Prints a line to standard output. */
export function print(line: string): void {
  // deno-lint-ignore no-console -- a command's output
  console.log(line);
}
