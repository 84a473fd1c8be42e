/**
 * The parser of command lines, the only code here that is not of this package.
 * `parse` loads this file when there is something to parse.
 *
 * @module
 */

export { parseArgs } from "@std/cli/parse-args";
