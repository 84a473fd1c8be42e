import { assert, assertEquals, assertMatch } from "@std/assert";
import { BENCH_USAGE } from "../../cli/bench_command.ts";
import { MirrorFS } from "../../fuse/fs/mod.ts";
import { hostkit } from "../_support/hostkit.ts";
import { mountTest } from "../_support/mount.ts";
import { isQemu } from "../_support/platform.ts";
import { callMain } from "./call_main.ts";

const QUICK = ["--seconds", "0.001"];

async function inTempDir(use: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await use(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("hostkit bench measures in any directory and leaves nothing there", {
  ignore: isQemu,
}, () =>
  inTempDir(async (dir) => {
    const { code, stdout, stderr } = await hostkit("bench", dir, ...QUICK);
    assertEquals([code, stderr], [0, ""]);
    const [header, , ...rows] = stdout.trimEnd().split("\n");
    assertMatch(header!, /each +\| a second/);
    assertEquals(rows.length, 16);
    for (const row of rows) assertMatch(row, /\d (µs|ms|MB\/s) \|/);
    assertEquals(await Array.fromAsync(Deno.readDir(dir)), []);
  }));

mountTest(
  "hostkit bench --only --json prints those workloads of a mounted directory",
  async (scene) => {
    const source = `${scene.dir}/source`;
    await Deno.mkdir(source);
    const fs = new MirrorFS(source);
    await using session = await scene.mount(fs, fs.mountOptions);
    const only = ["--only", "create,read1m", "--json"];
    const outcome = await hostkit("bench", scene.mnt, ...only, ...QUICK);
    assertEquals([outcome.code, outcome.stderr], [0, ""]);
    const [create, read, ...others] = JSON.parse(outcome.stdout);
    assertEquals([create.workload, read.workload], ["create", "read1m"]);
    assertEquals(others, []);
    assertEquals(create.bytesPerOperation, undefined);
    assertEquals(read.bytesPerOperation, 16 * 1024 * 1024);
    const { byOperation, bytesRead } = session.server.stats;
    const created = byOperation.find(({ opname }) => opname === "CREATE");
    assert(created!.count >= create.operations);
    assert(bytesRead >= read.bytesPerOperation);
    assertEquals(await Array.fromAsync(Deno.readDir(source)), []);
  },
);

Deno.test("hostkit bench fails with 1 where it cannot make a directory", {
  ignore: isQemu,
}, async () => {
  for (const dir of ["/proc", "/nowhere/at/all"]) {
    const { code, stdout, stderr } = await callMain("bench", dir);
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, /^hostkit: [^\n]+\n$/);
  }
});

Deno.test("hostkit bench --help prints how it is called, wrong usage is 2", {
  ignore: isQemu,
}, async () => {
  assertEquals(await callMain("bench", "--help"), {
    code: 0,
    stdout: BENCH_USAGE,
    stderr: "",
  });
  for (
    const words of [
      [],
      ["a", "b"],
      ["a", "--only", "frobnicate"],
      ["a", "--seconds", "soon"],
    ]
  ) {
    const { code, stdout, stderr } = await callMain("bench", ...words);
    assertEquals([code, stdout], [2, ""], `${words}`);
    assertMatch(stderr, /^hostkit: [^\n]+\n$/);
  }
});
