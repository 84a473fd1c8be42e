/**
 * What the commands of this folder share.
 *
 * @module
 */

/** The repository. */
export const ROOT = new URL("../", import.meta.url);

/** Prints a line to standard output. */
export function print(line: string): void {
  // deno-lint-ignore no-console -- a command's output
  console.log(line);
}
