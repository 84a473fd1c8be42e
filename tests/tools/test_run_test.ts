import { assertEquals, assertStringIncludes } from "@std/assert";
import { readTotals, ROOT } from "../../tools/test_run.ts";
import { isQemu } from "../_support/platform.ts";

Deno.test("readTotals() reads the summary through its colours", () => {
  const output = "\x1b[0m\x1b[32mok\x1b[0m | 3 passed | 0 failed \x1b[0m(1s)";
  assertEquals(readTotals(output, ""), { passed: 3, failed: 0, skipped: [] });
});

Deno.test("readTotals() does not count steps as tests", () => {
  const output = "FAILED | 5 passed (7 steps) | 2 failed (3 steps) (1s)";
  assertEquals(readTotals(output, ""), { passed: 5, failed: 2, skipped: [] });
});

Deno.test("readTotals() believes the last of several summaries", () => {
  const output = "ok | 9 passed | 0 failed\nFAILED | 1 passed | 2 failed\n";
  assertEquals(readTotals(output, ""), { passed: 1, failed: 2, skipped: [] });
});

Deno.test("readTotals() is undefined without a summary", () => {
  assertEquals(readTotals("a ... ok (1ms)\n", ""), undefined);
});

Deno.test("readTotals() names the ignored tests of the report", () => {
  const report = `
    <testcase name="a" classname="./a_test.ts" time="0.0" line="1" col="6">
    </testcase>
    <testcase name="b &lt;&amp;&gt;" classname="./a_test.ts" time="0.0">
        <skipped/>
    </testcase>`;
  const totals = readTotals("ok | 1 passed | 0 failed | 1 ignored", report);
  assertEquals(totals?.skipped, ["./a_test.ts: b <&>"]);
});

/** The task starts Deno by its path, which takes a kernel that can run it. */
const ignore = isQemu;

/** Runs `deno task test` over one file, and returns its end. */
async function runTask(
  source: string,
): Promise<{ code: number; lastLines: string[] }> {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${directory}/a_test.ts`, source);
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", "tools/test.ts", directory],
      cwd: ROOT,
      signal: AbortSignal.timeout(60_000),
    }).output();
    const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
    return { code, lastLines: lines.slice(-4) };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("the test task ends with the skipped names and the counts", {
  ignore,
}, async () => {
  const { code, lastLines } = await runTask(`
    Deno.test("one", async (t) => {
      await t.step({ name: "two", ignore: true, fn() {} });
    });
    Deno.test.ignore("three", () => {});
  `);
  assertEquals(code, 0);
  const [heading, three, two, totals] = lastLines;
  assertEquals(heading, "Skipped:");
  assertStringIncludes(three!, "a_test.ts: three");
  assertStringIncludes(two!, "a_test.ts: one > two");
  assertEquals(totals, "1 passed, 0 failed, 2 skipped");
});

Deno.test("the test task fails when a test fails", { ignore }, async () => {
  const { code, lastLines } = await runTask(`
    Deno.test("one", () => {});
    Deno.test("two", () => console.assert(false));
  `);
  assertEquals(code, 1);
  assertEquals(lastLines.at(-1), "1 passed, 1 failed, 0 skipped");
});

Deno.test("the test task fails when no test ran", { ignore }, async () => {
  const { code, lastLines } = await runTask("");
  assertEquals(code, 1);
  assertEquals(lastLines.at(-1), "0 passed, 0 failed, 0 skipped");
});

Deno.test(
  "the test task fails when the run is killed",
  { ignore },
  async () => {
    const { code, lastLines } = await runTask(
      'Deno.test("one", () => Deno.kill(Deno.pid, "SIGKILL"));',
    );
    assertEquals(code, 1);
    assertEquals(lastLines.slice(-2), [
      "The run broke off: SIGKILL",
      "0 passed, 1 failed, 0 skipped",
    ]);
  },
);
