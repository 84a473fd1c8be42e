/**
 * `deno task test`: every test of the repository, the examples of the
 * documentation included, and the type check.
 *
 * Paths name tests, or sources whose examples to run, and leave out the type
 * check; options go to `deno test`: `deno task test tests/mmap --filter=open`.
 *
 * @module
 */

import { parseArgs, runRequest } from "./test_plan.ts";

if (import.meta.main) {
  runRequest({ deno: [Deno.execPath()] }, parseArgs(Deno.args)).then(Deno.exit);
}
