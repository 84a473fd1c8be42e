import { assert, assertEquals, assertMatch } from "@std/assert";
import { ROOT } from "../../tools/command.ts";
import { groupTests } from "../../tools/test_files.ts";
import { parseArgs } from "../../tools/test_plan.ts";
import {
  readCases,
  readSummary,
  type TestCase,
} from "../../tools/test_report.ts";
import { Turns } from "../../tools/turns.ts";
import { isQemu } from "../_support/platform.ts";

Deno.test("readSummary() reads the summary through its colours", () => {
  const output = "\x1b[0m\x1b[32mok\x1b[0m | 3 passed | 0 failed \x1b[0m(1s)";
  assertEquals(readSummary(output), { passed: 3, failed: 0 });
});

Deno.test("readSummary() does not count steps as tests", () => {
  const output = "FAILED | 5 passed (7 steps) | 2 failed (3 steps) (1s)";
  assertEquals(readSummary(output), { passed: 5, failed: 2 });
});

Deno.test("readSummary() believes the last of several summaries", () => {
  const output = "ok | 9 passed | 0 failed\nFAILED | 1 passed | 2 failed\n";
  assertEquals(readSummary(output), { passed: 1, failed: 2 });
});

Deno.test("readSummary() is undefined without a summary", () => {
  assertEquals(readSummary("a ... ok (1ms)\n"), undefined);
});

const REPORT = `
  <testcase name="a" classname="./tests/a_test.ts" time="0.5" line="1" col="6">
  </testcase>
  <testcase name="b &lt;&amp;&gt;" classname="./tests/helper.ts" time="0.0" line="7" col="3">
      <skipped/>
  </testcase>
  <testcase name="c" classname="./tests/helper.ts" time="2.0" line="7" col="3">
      <failure message="Uncaught Error: no">Error: no
  at file:///repo/a_test.ts:1:2</failure>
  </testcase>
  <testcase name="a &gt; step" classname="./tests/steps.ts" time="0.1" line="9" col="11">
  </testcase>`;

Deno.test("readCases() says where a test was declared if a filter left some out", () => {
  const helper = `${ROOT}tests/helper.ts:7:3`;
  const files = (...names: string[]): (string | undefined)[] =>
    readCases(
      REPORT,
      names.map((name) => [helper, `${ROOT}tests/${name}_test.ts`]),
      ROOT,
    ).map(({ file }) => file).slice(1, 3);
  const declared = Array(2).fill("tests/helper.ts");
  assertEquals(files("b", "c", "d"), declared);
  assertEquals(files("b", "b", "b"), Array(2).fill("tests/b_test.ts"));
});

Deno.test("readCases() leads each test and step to its test file", () => {
  const helper = `${ROOT}tests/helper.ts:7:3`;
  const cases = readCases(REPORT, [
    [`${ROOT}tests/a_test.ts:1:6`, `${ROOT}tests/a_test.ts`],
    [helper, `${ROOT}tests/b_test.ts`],
    [helper, `${ROOT}tests/c_test.ts`],
  ], ROOT);
  const [a, b, c, step] = cases;
  const passed = { state: "passed", isStep: false } as const;
  assertEquals<TestCase | undefined>(a, {
    ...passed,
    name: "a",
    file: "tests/a_test.ts",
    seconds: 0.5,
  });
  assertEquals([b?.name, b?.file, b?.state], [
    "b <&>",
    "tests/b_test.ts",
    "skipped",
  ]);
  assertEquals([c?.name, c?.file, c?.state], [
    "c",
    "tests/c_test.ts",
    "failed",
  ]);
  assertEquals([step?.file, step?.isStep], ["tests/a_test.ts", true]);
});

Deno.test("groupTests() makes a folder one group, or several of a large one", () => {
  const files = (folder: string, count: number): URL[] =>
    Array.from(
      { length: count },
      (_, i) => new URL(`${folder}${i}_test.ts`, ROOT),
    );
  const groups = groupTests([
    ...files("tests/small/", 3),
    ...files("tests/large/", 20),
    ...files("tests/large/below/", 30),
  ]);
  assertEquals(groups.map(({ name }) => name), [
    "tests/small",
    "tests/large, part 1 of 3",
    "tests/large, part 2 of 3",
    "tests/large, part 3 of 3",
  ]);
  const imports = groups.map(({ source }) => source.match(/import/g)?.length);
  assertEquals(imports, [3, 17, 16, 17]);
});

Deno.test("parseArgs() tells paths from options and their values", () => {
  const { paths, options } = parseArgs([
    "tests/ffi",
    "--filter",
    "a b",
    "--seed=1",
    "x.ts",
  ]);
  assertEquals(options, ["--filter", "a b", "--seed=1"]);
  assertEquals(paths.map(({ pathname }) => pathname), [
    `${Deno.cwd()}/tests/ffi`,
    `${Deno.cwd()}/x.ts`,
  ]);
});

Deno.test("Turns shows one program as it prints, and then the next", () => {
  let shown = "";
  const turns = new Turns((bytes) => shown += new TextDecoder().decode(bytes));
  const [a, b, c, silent] = [
    turns.add(),
    turns.add(),
    turns.add(),
    turns.add(),
  ];
  const write = (turn: typeof a, text: string): void =>
    turn.write(new TextEncoder().encode(text));
  write(a, "a1 ");
  write(b, "b1\n");
  assertEquals(shown, "a1 ");
  write(c, "c1");
  c.end();
  write(a, "a2");
  a.end();
  assertEquals(shown, "a1 a2\nb1\n");
  silent.end();
  write(b, "b2\n");
  b.end();
  assertEquals(shown, "a1 a2\nb1\nb2\nc1\n");
});

/** The task starts Deno by its path, which takes a kernel that can run it. */
const ignore = isQemu;

/** Runs `deno task test` over folders of a file each, and returns its end. */
async function runTask(
  sources: readonly string[],
  ...options: string[]
): Promise<{ code: number; lastLines: string[] }> {
  const directory = await Deno.makeTempDir();
  try {
    for (const [i, source] of sources.entries()) {
      await Deno.mkdir(`${directory}/${i}`);
      await Deno.writeTextFile(`${directory}/${i}/a_test.ts`, source);
    }
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", "tools/test.ts", directory, ...options],
      cwd: ROOT,
      signal: AbortSignal.timeout(60_000),
    }).output();
    const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
    return { code, lastLines: lines.slice(-9) };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("the test task sums up all processes, those that break off too", {
  ignore,
}, async () => {
  const { code, lastLines } = await runTask([
    `Deno.test("one", async (t) => {
      await t.step({ name: "two", ignore: true, fn() {} });
    });`,
    `Deno.test("three", () => {});
    Deno.test.ignore("four", () => {});`,
    `Deno.test("five", () => console.assert(false));`,
    `Deno.test("six", () => Deno.kill(Deno.pid, "SIGKILL"));`,
    `import "./missing.ts";`,
    `Deno.test("seven", () => {
      Promise.reject(new Error("not caught"));
      return new Promise((done) => setTimeout(done, 10));
    });`,
  ]);
  assertEquals(code, 1);
  assertEquals(lastLines.pop(), "2 passed, 5 failed, 2 skipped");
  const failed = lastLines.splice(-4).sort();
  assert(failed[0]!.endsWith("2/a_test.ts: five"), failed[0]);
  assert(failed[1]!.endsWith("/3 was aborted: SIGKILL"), failed[1]);
  assert(failed[2]!.endsWith("/4 was aborted: exit code 1"), failed[2]);
  assertMatch(failed[3]!, /\/5: \d more, by uncaught errors$/);
  assertEquals(lastLines.pop(), "Failed:");
  const skipped = lastLines.splice(-2).sort();
  assert(skipped[0]!.endsWith("0/a_test.ts: one > two"), skipped[0]);
  assert(skipped[1]!.endsWith("1/a_test.ts: four"), skipped[1]);
  assertEquals(lastLines.pop(), "Skipped:");
});

Deno.test("the test task names the slowest tests and files", {
  ignore,
}, async () => {
  const { code, lastLines } = await runTask([
    `Deno.test("slow", () => new Promise((done) => setTimeout(done, 300)));
    Deno.test("fast", () => {});`,
  ]);
  assertEquals(code, 0);
  const after = (heading: string): string =>
    lastLines[lastLines.indexOf(heading) + 1]!;
  assertMatch(after("Slowest tests:"), /^ +\d+\.\d s .*0\/a_test\.ts: slow$/);
  assertMatch(after("Slowest files:"), /^ +\d+\.\d s .*0\/a_test\.ts$/);
});

Deno.test("the test task fails when no test ran", { ignore }, async () => {
  const { code, lastLines } = await runTask([""]);
  assertEquals(code, 1);
  assertEquals(lastLines.at(-1), "0 passed, 0 failed, 0 skipped");
});

Deno.test("the test task runs the tests that a filter leaves", {
  ignore,
}, async () => {
  const { code, lastLines } = await runTask(
    [
      `Deno.test("one", () => {});
    Deno.test("one more", () => {});`,
      `Deno.test("two", () => console.assert(false));`,
    ],
    "--filter",
    "one",
  );
  assertEquals(code, 0);
  assertEquals(lastLines.at(-1), "2 passed, 0 failed, 0 skipped");
});
