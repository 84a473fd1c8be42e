import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { output, run } from "../_support/client.ts";
import { hostkit, RunningHostkit } from "../_support/hostkit.ts";
import { mountTest } from "../_support/mount.ts";
import { isQemu } from "../_support/platform.ts";
import { callMain } from "./call_main.ts";

const start = RunningHostkit.start;

mountTest(
  "hostkit mount --trace prints requests and answers like strace",
  async (scene) => {
    await using command = await start("mount", "hello", scene.mnt, "--trace");
    await output("cat", `${scene.mnt}/hello`);
    await run("cat", `${scene.mnt}/missing`);
    const { code, stderr } = await command.end("SIGINT");
    assertEquals(code, 0);
    const time = String.raw`^\d\d:\d\d:\d\d\.\d{6} \[pid \d+\] `;
    for (
      const line of [
        String.raw`LOOKUP\(node=1, name="hello"\) = 0 \{node=2, .*mode=0100444`,
        String.raw`OPEN\(node=2, flags=OpenReadOnly.*\) = 0 \{handle=1, `,
        String.raw`READ\(node=2, .*\) = 0 \{size=13, data="hello, world\\n"\}`,
        String
          .raw`LOOKUP\(node=1, name="missing"\) = -1 ENOENT \(.*\) <\d+\.\d{6}>$`,
      ]
    ) assertMatch(stderr, new RegExp(time + line, "m"));
  },
);

mountTest(
  "hostkit mount --record makes a file that hostkit replay finds true, or not",
  async (scene) => {
    const log = `${scene.dir}/session.log`;
    {
      await using command = await start(
        "mount",
        "hello",
        scene.mnt,
        "--record",
        log,
      );
      assertEquals(await output("cat", `${scene.mnt}/hello`), "hello, world\n");
      assertEquals((await command.end("SIGINT")).code, 0);
    }
    const same = await hostkit("replay", log, "hello");
    assertMatch(
      same.stdout,
      /^\d+ requests, \d+ responses compared, 0 differ\n$/,
    );
    assertEquals([same.code, same.stderr], [0, ""]);

    const other = await hostkit("replay", log, "hello", "--cache-time", "7");
    assertEquals([other.code, other.stderr], [1, ""]);
    assertMatch(
      other.stdout,
      /^#\d+ LOOKUP .*\n {2}recorded: entryValidMs=60000\n {2}now: {6}entryValidMs=7000$/m,
    );
    assertMatch(other.stdout, /\d+ responses compared, [1-9]\d* differ\n$/);

    const traced = await hostkit("replay", log, "hello", "--trace");
    assertMatch(
      traced.stderr,
      /\] LOOKUP\(node=1, name="hello"\) = 0 \{node=2/,
    );
    assertEquals(traced.stdout, same.stdout);

    const json = await hostkit("replay", log, "hello", "--json", "--times");
    assertEquals(json.code, 1);
    const { differences, truncated } = JSON.parse(json.stdout);
    assertEquals(truncated, false);
    assertEquals(
      new Set(differences.map(({ field }: { field: string }) => field)),
      new Set(["atime", "mtime", "ctime"]),
    );

    const bytes = await Deno.readFile(log);
    await Deno.writeFile(log, bytes.subarray(0, bytes.length - 1));
    const cut = await hostkit("replay", log, "hello");
    assertStringIncludes(
      cut.stdout,
      "the recording ends in the middle of a message\n",
    );
    assertEquals(cut.code, 0);
  },
);

for (
  const [kind, ...rest] of [
    ["mirror", "source"],
    ["mirror", "source", "--no-xattrs"],
    ["mirror", "source", "--export"],
    ["sqlite", "files.db"],
    ["memory"],
  ] as const
) {
  const words = [kind, ...rest];
  mountTest(
    `hostkit replay finds a session of ${words.join(" ")} true`,
    async (scene) => {
      const [what, ...options] = rest;
      const log = `${scene.dir}/session.log`;
      const source = what === undefined ? [] : [`${scene.dir}/${what}`];
      if (kind === "mirror") {
        await Deno.mkdir(`${scene.dir}/source/sub`, { recursive: true });
        await Deno.writeTextFile(`${scene.dir}/source/sub/file`, "content");
      }
      await using command = await start(
        ...["mount", kind, ...source, scene.mnt, ...options],
        ...["--record", log],
      );
      if (kind === "mirror") {
        await run("find", scene.mnt, "-type", "f", "-exec", "cat", "{}", ";");
      } else {
        const script = "mkdir sub && echo content > sub/file && cat sub/file";
        await output("sh", "-c", `cd ${scene.mnt} && ${script}`);
      }
      assertEquals((await command.end("SIGINT")).code, 0);
      // What it began with: nothing.
      if (kind === "sqlite") await Deno.remove(source[0]!);
      const same = await hostkit("replay", log, kind, ...source, ...options);
      assertMatch(same.stdout, / 0 differ\n$/);
      assertEquals([same.code, same.stderr], [0, ""]);
    },
  );
}

Deno.test({
  name: "hostkit replay fails with one line on standard error",
  ignore: isQemu,
  fn: async () => {
    for (
      const [words, status] of [
        [[], 2],
        [["/dev/null"], 2],
        [["/dev/null", "nosuch"], 2],
        [["/dev/null", "hello", "/mnt"], 2],
        [["/dev/null", "hello", "--timeout", "soon"], 2],
        [["/dev/null", "hello", "--frobnicate"], 2],
        [["/dev/null", "hello"], 1],
        [["/nonexistent", "hello"], 1],
      ] as const
    ) {
      const { code, stdout, stderr } = await callMain("replay", ...words);
      assertEquals([code, stdout], [status, ""], `${words}: ${stderr}`);
      assertMatch(stderr, /^hostkit: [^\n]+\n$/);
    }
  },
});
