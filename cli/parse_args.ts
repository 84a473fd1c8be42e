/**
 * The parser of command lines, the package's only external dependency. `parse`
 * loads this file on demand.
 *
 * @module
 */

export { parseArgs } from "@std/cli/parse-args";
