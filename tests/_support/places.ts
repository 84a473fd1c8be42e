/**
 * Which test file each test comes from. `deno test` tells the place where
 * `Deno.test` was called only, which for many is in `tests/_support`, and the
 * runner has it load many test files as one module.
 *
 * @module
 */

/**
 * Notes who registers tests from now on, and writes it to a file at the end:
 * an array of `[where Deno.test was called, test file]`, in order.
 */
export function notePlaces(path: string): void {
  const places: [call: string, file: string][] = [];
  const { test } = Deno;
  // A getter, because a wrapper would become the place that Deno tells.
  Object.defineProperty(Deno, "test", {
    get() {
      const calls = callers();
      const file = calls.findLast((call) => /_test\.ts:\d+:\d+$/.test(call));
      if (file !== undefined) {
        places.push([calls[0]!, file.replace(/:\d+:\d+$/, "")]);
      }
      return test;
    },
  });
  addEventListener("unload", () => {
    Deno.writeTextFileSync(path, JSON.stringify(places));
  });
}

/** Returns the files, lines and columns on the stack above the getter. */
function callers(): string[] {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 50;
  const { stack = "" } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  const calls = stack.matchAll(/^ +at .*?(file:\/\/[^\s()]+:\d+:\d+)\)?$/gm);
  return Array.from(calls, ([, call]) => call!).slice(2);
}
