import { assertEquals, assertRejects } from "@std/assert";
import { isQemu } from "../../../_support/platform.ts";
import {
  callInProcess,
  hasProgram,
  holdOpen,
  output,
  run,
} from "../../../../fuse/fs/testing/mod.ts";

const CLIENT = import.meta.resolve("./_client.ts");
// Deno is no program of its own under emulation.
const TEST = { ignore: isQemu };

Deno.test("run() returns status, output and errors of a program", async () => {
  const script = 'echo "$1"; echo "$2" >&2; exit 3';
  assertEquals(await run("sh", "-c", script, "sh", "out", "err"), {
    code: 3,
    stdout: "out\n",
    stderr: "err\n",
  });
});

Deno.test("output() throws with what a failing program wrote", async () => {
  await assertRejects(
    () => output("sh", "-c", "echo why >&2; exit 4"),
    Error,
    "exit 4: why",
  );
});

Deno.test(
  "callInProcess() calls a function in another process",
  TEST,
  async () => {
    const pid = await callInProcess<number>(CLIENT, "pid");
    assertEquals(typeof pid, "number");
    assertEquals(pid === Deno.pid, false);
    assertEquals(await callInProcess(CLIENT, "echo", [1, "ü"], null), [
      [1, "ü"],
      null,
    ]);
    assertEquals(await callInProcess(CLIENT, "nothing"), undefined);
  },
);

Deno.test(
  "callInProcess() throws with what the function throws",
  TEST,
  async () => {
    await assertRejects(
      () => callInProcess(CLIENT, "fail", "a reason"),
      Error,
      "a reason",
    );
    await assertRejects(() => callInProcess(CLIENT, "missing"), Error);
  },
);

Deno.test("holdOpen() throws if the program cannot open the file", async () => {
  await assertRejects(() => holdOpen("/nowhere/at/all"), Error, "/nowhere");
});

Deno.test("hasProgram() knows what PATH leads to", () => {
  assertEquals([hasProgram("sh"), hasProgram("no such program")], [
    true,
    false,
  ]);
});
