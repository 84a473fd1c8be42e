/**
 * `deno task test`: every test of the repository, documentation included.
 *
 * Arguments go to `deno test`: `deno task test tests/ffi`.
 *
 * @module
 */

import { runTests } from "./test_run.ts";

if (import.meta.main) {
  runTests({ deno: [Deno.execPath()], args: ["--doc", ...Deno.args] })
    .then(Deno.exit);
}
