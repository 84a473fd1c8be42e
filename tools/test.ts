/**
 * `deno task test`: runs every test of the repository, including the examples
 * of the documentation, and the type check.
 *
 * Paths name tests, or sources with examples; with a path there is no type
 * check. Options go to `deno test`: `deno task test tests/mmap --filter=open`.
 *
 * @module
 */

import { parseArgs, runRequest } from "./test_plan.ts";

if (import.meta.main) {
  runRequest({ deno: [Deno.execPath()] }, parseArgs(Deno.args)).then(Deno.exit);
}
